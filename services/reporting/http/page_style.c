/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stylesheet: large enough to read, contrast of at least 7:1, and black on
 * white on paper.
 */
#include "reporting/http/page.h"

const char PAGE_STYLE[] =
    ":root{color-scheme:light;}\n"
    "body{margin:0 auto;padding:1rem;max-width:60rem;background:#fff;color:#1a1a1a;"
    "font:1.0625rem/1.65 \"Pretendard GOV\",\"Noto Sans KR\",\"Malgun Gothic\",sans-serif;"
    "word-break:keep-all;overflow-wrap:anywhere;}\n"
    ".skip{position:absolute;left:-999rem;padding:.5rem 1rem;background:#fff;}\n"
    ".skip:focus{left:1rem;top:1rem;}\n"
    "a{color:#0b3d91;}\n"
    "a:focus-visible,.wide:focus-visible,main:focus-visible{outline:3px solid "
    "#0b3d91;outline-offset:2px;}\n"
    "h1{font-size:1.75rem;line-height:1.3;}\n"
    "h2{margin-top:2.5rem;border-bottom:2px solid #1a1a1a;font-size:1.375rem;}\n"
    "h1 [lang=en],h2 [lang=en]{color:#444;font-size:.7em;font-weight:400;}\n"
    ".demonstration{padding:.75rem 1rem;border:3px double #7a1f1f;background:#fff4f4;}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1.5rem;}\n"
    "dt{font-weight:700;}\n"
    "dd{margin:0;}\n"
    "table{margin:1.5rem 0;border-collapse:collapse;width:100%;}\n"
    "caption{padding-bottom:.5rem;font-weight:700;text-align:left;}\n"
    "th,td{padding:.4rem .6rem;border:1px solid #767676;text-align:left;vertical-align:top;}\n"
    "thead th,tfoot th,tfoot td{background:#f0f0f0;}\n"
    ".wide{overflow-x:auto;}\n"
    ".wide table{min-width:40rem;}\n"
    ".number{white-space:nowrap;text-align:right;font-variant-numeric:tabular-nums;}\n"
    "code{font-size:.85em;word-break:break-all;}\n"
    "@media (max-width:40rem){table{font-size:.9rem;}dl{grid-template-columns:1fr;gap:0;}"
    "dd{margin-bottom:.5rem;}}\n"
    "@media print{body{max-width:none;padding:0;font-size:11pt;color:#000;}"
    "header,.skip{display:none;}a{color:#000;text-decoration:none;}"
    ".wide{overflow-x:visible;}.wide "
    "table{min-width:0;}table{break-inside:auto;}tr{break-inside:avoid;}thead{display:table-header-"
    "group;}"
    "h2,caption{break-after:avoid;}.demonstration{background:none;}}\n";
