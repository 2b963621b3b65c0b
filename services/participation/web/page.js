/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the running total of the ballot up to date, in the words of page_vote.c. Nothing here is needed: without
   it the page adds up when asked. It sends nothing and stores nothing. */
'use strict';

(function () {
    const form = document.getElementById('ballot');
    if (!form) {
        return;
    }
    const korean = document.documentElement.lang === 'ko';
    const limits = {
        options: Number(form.dataset.maxOptions),
        cost: form.dataset.maxCost === undefined ? null : Number(form.dataset.maxCost),
        points: form.dataset.maxPoints === undefined ? null : Number(form.dataset.maxPoints),
    };
    const figure = (number) => number.toLocaleString('en-US', { maximumFractionDigits: 0 });
    const won = (number) => figure(number) + (korean ? '원' : ' won');

    function addUp() {
        const total = { options: 0, cost: 0, points: 0 };
        for (const field of form.querySelectorAll('[data-cost]')) {
            const box = field.type === 'checkbox' || field.type === 'radio';
            const value = box ? (field.checked ? '1' : '') : field.value.trim();
            if (/^[0-9]{1,9}$/.test(value)) {
                total.options += 1;
                total.cost += Number(field.dataset.cost);
                total.points += Number(value);
            }
        }
        return total;
    }

    function words(total) {
        const points = form.dataset.method === 'points';
        let text = korean
            ? `고른 사업 ${figure(total.options)}개 (최대 ${figure(limits.options)}개), 비용 합계 ${won(total.cost)}`
            : `Chosen: ${figure(total.options)} (at most ${figure(limits.options)}), cost ${won(total.cost)}`;
        if (limits.cost !== null) {
            text += korean ? ` (한도 ${won(limits.cost)})` : ` (limit ${won(limits.cost)})`;
        }
        if (points) {
            text += korean ? `, 점수 합계 ${figure(total.points)}점` : `, points ${figure(total.points)}`;
        }
        if (limits.points !== null) {
            text += korean ? ` (한도 ${figure(limits.points)}점)` : ` (limit ${figure(limits.points)})`;
        }
        if (limits.cost !== null && total.cost > limits.cost) {
            text += korean ? '. 비용 한도를 넘었습니다.' : '. Over the cost limit.';
        } else if (limits.points !== null && total.points > limits.points) {
            text += korean ? '. 점수 한도를 넘었습니다.' : '. Over the points.';
        } else if (total.options > limits.options) {
            text += korean ? '. 고를 수 있는 수를 넘었습니다.' : '. Too many.';
        }
        return text;
    }

    function show() {
        const total = addUp();
        const bar = document.getElementById('bar');
        const value = limits.cost !== null ? total.cost : limits.points !== null ? total.points : total.options;
        document.getElementById('total').textContent = words(total);
        bar.value = Math.min(value, bar.max);
    }

    form.addEventListener('input', show);
    show();
})();
