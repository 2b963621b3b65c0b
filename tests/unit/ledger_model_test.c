/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A long random life of a budget against a naive model: a table of numbers
 * that knows nothing of kinds, rules, entries or holds. After every step both agree,
 * a refusal has changed nothing, and every invariant holds.
 *
 * HYEOPCHI_TEST_SEED repeats a run, HYEOPCHI_TEST_STEPS makes it longer.
 */
#include "../support/ledger_fixture.h"

#include "ledger/domain/kind.h"
#include "ledger/domain/order.h"

enum {
    STEP_COUNT = 60000,
    YEAR_COUNT = 3, /* the last is never opened */
    SOURCE_COUNT = 2,
    PROGRAMME_COUNT = 2,
    LINE_COUNT = YEAR_COUNT * SOURCE_COUNT * PROGRAMME_COUNT,
    MOVE_MAX = 4,
    KNOWN_MAX = 256, /* entries that links may name: the last so many */
    HOLD_MAX = 16,
};

enum act {
    ACT_POST = 0,
    ACT_PLACE,   /* a hold */
    ACT_DRAW,    /* an entry takes it up */
    ACT_RELEASE, /* an operator gives it back */
};

struct move {
    int line;
    enum stage debit;
    enum stage credit;
    int64_t amount_krw;
};

/* What is tried in one step, in the model's words. */
struct step {
    const char *kind;
    struct move moves[MOVE_MAX];
    int count;
    int64_t linked_seq;
    bool spoiled; /* made wrong on purpose: must be refused, whatever the reason */
    enum act act;
    int hold;         /* its place, of all acts but ACT_POST */
    int64_t until_ms; /* of ACT_PLACE */
};

/* The model's hold: a number that nobody else may use until some moment. */
struct model_hold {
    int line;
    int64_t amount_krw;
    int64_t until_ms;
    bool stands;
    bool released;
};

struct known {
    struct order order;
    struct step step;
    bool reversed;
    int64_t taken_krw;
};

struct world {
    uint64_t seed;
    struct account_balance accounts[LINE_COUNT][STAGE_COUNT + 1]; /* the tested code's */
    int64_t model_krw[LINE_COUNT][STAGE_COUNT + 1];
    struct known known[KNOWN_MAX];
    struct hold holds[HOLD_MAX]; /* the tested code's */
    struct model_hold model_holds[HOLD_MAX];
    int64_t now_ms;
    int64_t seq;
    int64_t refused_count;
    int64_t drawn_count;
    int64_t expired_count;
};

static int line_of(int year, int source, int programme)
{
    return (year * SOURCE_COUNT + source) * PROGRAMME_COUNT + programme;
}

static struct line line_at(int place)
{
    const char programme[] = {(char)('a' + place % PROGRAMME_COUNT), '\0'};
    int rest = place / PROGRAMME_COUNT;

    return fixture_line(2025 + rest / SOURCE_COUNT, (enum funding_source)(1 + rest % SOURCE_COUNT),
                        programme);
}

static void world_init(struct world *world)
{
    memset(world, 0, sizeof *world);
    for (int i = 0; i < LINE_COUNT; i++) {
        for (int stage = 1; stage <= STAGE_COUNT; stage++) {
            const struct account account = {line_at(i), (enum stage)stage};
            account_balance_init(&world->accounts[i][stage], &account);
        }
    }
}

static bool may_go_below_zero(enum stage stage)
{
    return (stage >= STAGE_R10_MAIN && stage <= STAGE_R10_CARRYOVER_CONTINUING) ||
           stage == STAGE_M90 || stage == STAGE_I20;
}

static int64_t amount(struct world *world, int line, enum stage from)
{
    int64_t have_krw = world->model_krw[line][from];

    if (may_go_below_zero(from)) {
        return 1 + fixture_below(&world->seed, 1000000);
    }
    switch (fixture_below(&world->seed, 8)) {
    case 0:
        return have_krw + 1;
    case 1:
        return have_krw > 0 ? have_krw : 1;
    case 2:
        return INT64_MAX - fixture_below(&world->seed, 3);
    default:
        return 1 + (int64_t)(fixture_random(&world->seed) % (uint64_t)(have_krw / 2 + 1));
    }
}

static void add(struct step *step, struct move move)
{
    step->moves[step->count] = move;
    step->count++;
}

/* A kind that moves one amount within one line. */
static void simple(struct world *world, struct step *step, int line)
{
    static const struct {
        const char *kind;
        enum stage debit;
        enum stage credit;
    } KINDS[] = {
        {"selection", STAGE_M90, STAGE_M10},
        {"main_budget", STAGE_R10_MAIN, STAGE_S10},
        {"main_budget", STAGE_R10_MAIN, STAGE_S10},
        {"supplementary", STAGE_R10_SUPPLEMENTARY3, STAGE_S10},
        {"supplementary_cut", STAGE_S10, STAGE_R10_SUPPLEMENTARY4},
        {"pre_approval", STAGE_R10_PRE_APPROVAL, STAGE_S10},
        {"reserve_use", STAGE_R10_RESERVE, STAGE_S10},
        {"securing", STAGE_S10, STAGE_S20},
        {"securing", STAGE_S10, STAGE_S20},
        {"allotment", STAGE_S20, STAGE_S30},
        {"allotment", STAGE_S20, STAGE_S30},
        {"allotment_return", STAGE_S30, STAGE_S20},
        {"commitment", STAGE_S30, STAGE_S40},
        {"commitment", STAGE_S30, STAGE_S40},
        {"commitment_cancel", STAGE_S40, STAGE_S30},
        {"grant_decision", STAGE_S30, STAGE_S40},
        {"grant_payment", STAGE_S40, STAGE_S45},
        {"grant_expenditure", STAGE_S45, STAGE_S50},
        {"settlement", STAGE_S50, STAGE_S60},
        {"settlement", STAGE_S45, STAGE_S70},
        {"settlement", STAGE_I20, STAGE_I10},
        {"refund", STAGE_S70, STAGE_S75},
        {"refund", STAGE_I10, STAGE_I20},
        {"lapse", STAGE_S20, STAGE_S90},
    };

    int place = fixture_below(&world->seed, (int)(sizeof KINDS / sizeof KINDS[0]));

    step->kind = KINDS[place].kind;
    add(step, (struct move){line, KINDS[place].debit, KINDS[place].credit,
                            amount(world, line, KINDS[place].debit)});
}

/* A kind whose money reaches another line: a neighbour's, or the next year's. */
static void crossing(struct world *world, struct step *step, int line)
{
    static const struct {
        const char *kind;
        enum stage from;
        enum stage sent;
        enum stage origin;
        bool next_year;
    } KINDS[] = {
        {"item_transfer", STAGE_S20, STAGE_R10_ITEM_TRANSFER, STAGE_R10_ITEM_TRANSFER, false},
        {"policy_transfer", STAGE_S30, STAGE_R10_POLICY_TRANSFER, STAGE_R10_POLICY_TRANSFER, false},
        {"body_transfer", STAGE_S30, STAGE_R10_BODY_TRANSFER, STAGE_R10_BODY_TRANSFER, false},
        {"carryover_explicit", STAGE_S30, STAGE_S80_EXPLICIT, STAGE_R10_CARRYOVER_EXPLICIT, true},
        {"carryover_accident", STAGE_S40, STAGE_S80_ACCIDENT, STAGE_R10_CARRYOVER_ACCIDENT, true},
        {"carryover_continuing", STAGE_S40, STAGE_S80_CONTINUING, STAGE_R10_CARRYOVER_CONTINUING,
         true},
    };

    int place = fixture_below(&world->seed, (int)(sizeof KINDS / sizeof KINDS[0]));
    bool last_year = line / (SOURCE_COUNT * PROGRAMME_COUNT) == YEAR_COUNT - 1;
    int other = line % PROGRAMME_COUNT == 0 ? line + 1 : line - 1;

    if (KINDS[place].next_year && last_year) {
        simple(world, step, line);
        return;
    }
    other = KINDS[place].next_year ? line + SOURCE_COUNT * PROGRAMME_COUNT : other;
    int64_t amount_krw = amount(world, line, KINDS[place].from);
    step->kind = KINDS[place].kind;
    add(step, (struct move){line, KINDS[place].from, KINDS[place].sent, amount_krw});
    add(step, (struct move){other, KINDS[place].origin, KINDS[place].from, amount_krw});
    if (fixture_below(&world->seed, 8) == 0) {
        /* A wrong receiver: another source, or one won that comes from nowhere. */
        bool more = amount_krw < INT64_MAX && fixture_below(&world->seed, 2) == 0;
        step->moves[1].amount_krw += more ? 1 : 0;
        step->moves[1].line = more ? other : (other + PROGRAMME_COUNT) % LINE_COUNT;
        step->spoiled = true;
    }
}

static void two_in_one_line(struct world *world, struct step *step, int line)
{
    int64_t amount_krw = amount(world, line, STAGE_S40);

    if (fixture_below(&world->seed, 2) == 0) {
        amount_krw = amount(world, line, STAGE_M10);
        step->kind = KIND_APPROPRIATION;
        add(step, (struct move){line, STAGE_R10_MAIN, STAGE_S10, amount_krw});
        add(step, (struct move){line, STAGE_M10, STAGE_M90, amount_krw});
        return;
    }
    step->kind = "expenditure";
    add(step, (struct move){line, STAGE_S40, STAGE_S50, amount_krw});
    if (fixture_below(&world->seed, 2) == 0) {
        add(step, (struct move){line, STAGE_S40, STAGE_S30, 1 + fixture_below(&world->seed, 50)});
    }
}

static void correcting(struct world *world, struct step *step)
{
    int64_t back = fixture_below(&world->seed, KNOWN_MAX);

    step->linked_seq = world->seq - back;
    if (step->linked_seq < 1) {
        step->linked_seq = world->seq + 1; /* nobody has that number */
    }
    const struct known *known = &world->known[step->linked_seq % KNOWN_MAX];
    bool there = step->linked_seq <= world->seq;
    const struct move *spent = &known->step.moves[0];
    if (there && spent->credit == STAGE_S50 && fixture_below(&world->seed, 2) == 0) {
        int64_t left_krw = spent->amount_krw - known->taken_krw;
        int64_t amount_krw = 1 + (int64_t)(fixture_random(&world->seed) % (uint64_t)(left_krw + 2));
        int other = spent->line % PROGRAMME_COUNT == 0 ? spent->line + 1 : spent->line - 1;
        bool elsewhere = fixture_below(&world->seed, 2) == 0;
        step->kind = elsewhere ? "reclassification" : "expenditure_return";
        add(step, (struct move){spent->line, STAGE_S50, STAGE_S30, amount_krw});
        if (elsewhere) {
            add(step, (struct move){other, STAGE_S30, STAGE_S50, amount_krw});
        }
        return;
    }
    step->kind = KIND_REVERSAL;
    for (int i = 0; there && i < known->step.count; i++) {
        const struct move *move = &known->step.moves[i];
        add(step, (struct move){move->line, move->credit, move->debit, move->amount_krw});
    }
}

static bool model_stands(const struct world *world, int hold)
{
    return world->model_holds[hold].stands && world->model_holds[hold].until_ms > world->now_ms;
}

/* What holds keep of a line's allotment, but for one of them (-1: for none). */
static int64_t model_held(const struct world *world, int line, int but)
{
    int64_t sum_krw = 0;

    for (int i = 0; i < HOLD_MAX; i++) {
        if (i != but && world->model_holds[i].line == line && model_stands(world, i)) {
            sum_krw += world->model_holds[i].amount_krw;
        }
    }
    return sum_krw;
}

/* Places a hold, or does something to one that is there, whatever became of it. */
static void holding(struct world *world, struct step *step, int line)
{
    step->hold = fixture_below(&world->seed, HOLD_MAX);
    const struct hold *hold = &world->holds[step->hold];
    const struct model_hold *known = &world->model_holds[step->hold];

    step->kind = fixture_below(&world->seed, 2) == 0 ? "commitment" : "grant_decision";
    if (hold->state == HOLD_NONE ||
        (!model_stands(world, step->hold) && fixture_below(&world->seed, 2) == 0)) {
        step->act = ACT_PLACE;
        step->until_ms = world->now_ms + fixture_below(&world->seed, 60000) - 1000;
        step->until_ms += fixture_below(&world->seed, 20) == 0 ? HOLD_DURATION_MAX_MS : 0;
        add(step, (struct move){line, STAGE_S30, STAGE_S40, amount(world, line, STAGE_S30)});
        return;
    }
    step->act = fixture_below(&world->seed, 3) == 0 ? ACT_RELEASE : ACT_DRAW;
    step->kind = hold->kind;
    int64_t most_krw = known->amount_krw + (fixture_below(&world->seed, 4) == 0 ? 1 : 0);
    int64_t amount_krw = fixture_below(&world->seed, 2) == 0
                             ? most_krw
                             : 1 + (int64_t)(fixture_random(&world->seed) % (uint64_t)most_krw);
    add(step, (struct move){known->line, STAGE_S30, STAGE_S40, amount_krw});
}

static void step_make(struct world *world, struct step *step)
{
    int year = fixture_below(&world->seed, 40) == 0 ? 2 : fixture_below(&world->seed, 2);
    int line = line_of(year, fixture_below(&world->seed, SOURCE_COUNT),
                       fixture_below(&world->seed, PROGRAMME_COUNT));

    memset(step, 0, sizeof *step);
    switch (fixture_below(&world->seed, 10)) {
    case 8:
    case 9:
        holding(world, step, line);
        break;
    case 0:
        crossing(world, step, line);
        break;
    case 1:
        correcting(world, step);
        break;
    case 2:
    case 3:
        two_in_one_line(world, step, line);
        break;
    default:
        simple(world, step, line);
        break;
    }
}

/* The naive model: numbers in, numbers out; true when they may stand. */
static bool model_accepts(const struct world *world, const struct step *step,
                          int64_t ret_krw[LINE_COUNT][STAGE_COUNT + 1])
{
    memcpy(ret_krw, world->model_krw, sizeof world->model_krw);
    for (int i = 0; i < step->count; i++) {
        const struct move *move = &step->moves[i];
        int64_t *from = &ret_krw[move->line][move->debit];
        int64_t *to = &ret_krw[move->line][move->credit];
        if (move->line / (SOURCE_COUNT * PROGRAMME_COUNT) == YEAR_COUNT - 1 ||
            move->amount_krw < 1 || __builtin_sub_overflow(*from, move->amount_krw, from) ||
            __builtin_add_overflow(*to, move->amount_krw, to)) {
            return false;
        }
    }
    for (int i = 0; i < LINE_COUNT; i++) {
        int64_t held_krw = model_held(world, i, step->act == ACT_DRAW ? step->hold : -1);
        for (int stage = 1; stage <= STAGE_COUNT; stage++) {
            int64_t floor_krw = stage == STAGE_S30 ? held_krw : 0;
            if (ret_krw[i][stage] < floor_krw && !may_go_below_zero((enum stage)stage)) {
                return false;
            }
        }
    }
    return !step->spoiled;
}

static bool model_accepts_hold(const struct world *world, const struct step *step)
{
    const struct model_hold *hold = &world->model_holds[step->hold];
    const struct move *move = &step->moves[0];
    bool open = move->line / (SOURCE_COUNT * PROGRAMME_COUNT) != YEAR_COUNT - 1;

    switch (step->act) {
    case ACT_PLACE:
        return open && step->until_ms > world->now_ms &&
               step->until_ms - world->now_ms <= HOLD_DURATION_MAX_MS &&
               move->amount_krw <=
                   world->model_krw[move->line][STAGE_S30] - model_held(world, move->line, -1);
    case ACT_DRAW:
        return model_stands(world, step->hold) && move->amount_krw <= hold->amount_krw;
    case ACT_RELEASE:
        return model_stands(world, step->hold) || hold->released;
    case ACT_POST:
        break;
    }
    return true;
}

static bool model_accepts_link(const struct world *world, const struct step *step)
{
    static const char *const FINAL[] = {"selection", "expenditure_return", "reclassification",
                                        "reversal"};
    const struct known *known = &world->known[step->linked_seq % KNOWN_MAX];

    if (step->linked_seq == 0) {
        return true;
    }
    if (step->linked_seq > world->seq || known->reversed) {
        return false;
    }
    if (strcmp(step->kind, KIND_REVERSAL) != 0) {
        return known->taken_krw + step->moves[0].amount_krw <= known->step.moves[0].amount_krw;
    }
    for (size_t i = 0; i < sizeof FINAL / sizeof FINAL[0]; i++) {
        if (strcmp(known->step.kind, FINAL[i]) == 0) {
            return false;
        }
    }
    return known->taken_krw == 0;
}

/* Builds what the step asks for; false when not even an entry can be made of it. */
static bool step_build(const struct world *world, const struct step *step, struct order *ret_order)
{
    static const uint8_t key[ENTRY_KEY_SIZE] = {5};
    struct entry_transfer transfers[MOVE_MAX];
    struct entry_head head = fixture_head(key);
    struct refusal refusal = {0};

    memset(ret_order, 0, sizeof *ret_order);
    head.linked_seq = step->linked_seq;
    if (strcmp(step->kind, KIND_REVERSAL) == 0) {
        assert_int_equal(entry_build_reversal(&ret_order->entry, &head, &refusal), ERR_OK);
        if (step->linked_seq <= world->seq) {
            entry_mirror(&ret_order->entry,
                         &world->known[step->linked_seq % KNOWN_MAX].order.entry);
        }
        return true;
    }
    if (step->act == ACT_DRAW) {
        assert_int_equal(entry_start(&ret_order->entry, &head, "commitment", &refusal), ERR_OK);
        ret_order->draw_krw = step->moves[0].amount_krw;
        hold_fill_entry(&world->holds[step->hold], ret_order->draw_krw, &ret_order->entry);
        return true;
    }
    for (int i = 0; i < step->count; i++) {
        transfers[i] = (struct entry_transfer){line_at(step->moves[i].line), step->moves[i].debit,
                                               step->moves[i].credit, step->moves[i].amount_krw};
    }
    enum err err =
        entry_build(&ret_order->entry, &head, step->kind, transfers, (size_t)step->count, &refusal);
    return !err;
}

static int place_of(const struct line *line)
{
    return line_of(line->fiscal_year - 2025, (int)line->funding_source - 1,
                   line->programme[0] - 'a');
}

/* What the service does before it looks at an account: whatever is due ends. */
static void holds_sweep(struct world *world)
{
    for (int i = 0; i < HOLD_MAX; i++) {
        struct hold *hold = &world->holds[i];
        if (hold_is_due(hold, world->now_ms)) {
            int line = place_of(&hold->account.line);
            hold_end(hold, HOLD_EXPIRED, 0, &world->accounts[line][hold->account.stage]);
            world->expired_count++;
        }
    }
}

/* Places or releases; true when that was not refused. */
static bool hold_try(struct world *world, const struct step *step)
{
    struct hold *hold = &world->holds[step->hold];
    const struct move *move = &step->moves[0];
    struct refusal refusal = {0};
    enum err err = ERR_OK;

    if (step->act == ACT_RELEASE) {
        struct account_balance *held =
            &world->accounts[place_of(&hold->account.line)][hold->account.stage];
        err = hold_check_release(hold, world->now_ms, &refusal);
        if (!err && hold->state == HOLD_HELD) {
            hold_end(hold, HOLD_RELEASED, 0, held);
        }
        return !err;
    }
    struct line line = line_at(move->line);
    struct hold wanted = {.document = "예약 문서", .amount_krw = move->amount_krw};
    memcpy(wanted.kind, step->kind, strlen(step->kind));
    wanted.account = hold_account(step->kind, &line);
    wanted.expires_time_ms = step->until_ms;
    err = hold_place(&wanted, world->now_ms,
                     line.fiscal_year == 2025 + YEAR_COUNT - 1 ? PERIOD_MISSING : PERIOD_OPEN,
                     &world->accounts[move->line][wanted.account.stage], &refusal);
    if (!err) {
        *hold = wanted;
    }
    return !err;
}

static void model_hold_follow(struct world *world, const struct step *step)
{
    struct model_hold *hold = &world->model_holds[step->hold];

    if (step->act == ACT_PLACE) {
        *hold = (struct model_hold){step->moves[0].line, step->moves[0].amount_krw, step->until_ms,
                                    true, false};
    } else if (step->act != ACT_POST) {
        hold->stands = false;
        hold->released = step->act == ACT_RELEASE;
        world->drawn_count += step->act == ACT_DRAW ? 1 : 0;
    }
}

static void step_post(struct world *world, const struct step *step, struct order *order)
{
    struct account_balance *balances[ENTRY_LEG_MAX];
    const struct known *known = &world->known[step->linked_seq % KNOWN_MAX];
    struct order_context context = {
        .rules = fixture_rules(),
        .period = {2025, PERIOD_OPEN},
        .hold = step->act == ACT_DRAW ? &world->holds[step->hold] : NULL,
        .now_ms = world->now_ms,
    };

    if (step->linked_seq > 0 && step->linked_seq <= world->seq) {
        context.link = (struct entry_link){.entry = &known->order.entry,
                                           .reversed = known->reversed,
                                           .taken_krw = known->taken_krw};
    }
    for (size_t i = 0; i < order->entry.leg_count; i++) {
        const struct account *account = &order->entry.legs[i].account;
        balances[i] = &world->accounts[place_of(&account->line)][account->stage];
        if (account->line.fiscal_year == 2025 + YEAR_COUNT - 1) {
            context.period = (struct period){account->line.fiscal_year, PERIOD_MISSING};
        }
    }
    order_post(order, &context, balances);
}

static void remember(struct world *world, const struct step *step, const struct order *order)
{
    struct known *linked = &world->known[step->linked_seq % KNOWN_MAX];

    if (step->linked_seq > 0 && strcmp(step->kind, KIND_REVERSAL) == 0) {
        linked->reversed = true;
    } else if (step->linked_seq > 0) {
        linked->taken_krw += step->moves[0].amount_krw;
        assert_true(entry_taking(&order->entry) == step->moves[0].amount_krw);
    }
    world->seq++;
    struct known *known = &world->known[world->seq % KNOWN_MAX];
    memset(known, 0, sizeof *known);
    known->order = *order;
    known->step = *step;
}

static void check_invariants(const struct world *world)
{
    for (int i = 0; i < LINE_COUNT; i++) {
        int64_t budget_krw = 0;
        for (int stage = STAGE_R10_MAIN; stage <= STAGE_S90; stage++) {
            budget_krw += world->model_krw[i][stage];
        }
        assert_true(budget_krw == 0); /* 예산현액: what was given is what is somewhere */
        assert_true(world->model_krw[i][STAGE_M10] + world->model_krw[i][STAGE_M90] == 0);
        assert_true(world->model_krw[i][STAGE_I10] + world->model_krw[i][STAGE_I20] == 0);
        for (int stage = 1; stage <= STAGE_COUNT; stage++) {
            const struct account_balance *account = &world->accounts[i][stage];
            assert_true(account->balance_krw == world->model_krw[i][stage]);
            assert_true(!account->has_floor || account->balance_krw >= account->floor_krw);
            assert_true(stage == STAGE_S30 || account->held_krw == 0);
        }
        int64_t held_krw = 0;
        for (int j = 0; j < HOLD_MAX; j++) {
            const struct hold *hold = &world->holds[j];
            bool here = hold->state == HOLD_HELD && place_of(&hold->account.line) == i;
            held_krw += here ? hold->amount_krw : 0;
        }
        assert_true(world->accounts[i][STAGE_S30].held_krw == held_krw);
        assert_true(world->model_krw[i][STAGE_S30] >= held_krw);
    }
}

static int64_t step_count(void)
{
    const char *given = getenv("HYEOPCHI_TEST_STEPS");

    return given ? (int64_t)strtoull(given, NULL, 10) : STEP_COUNT;
}

static void a_random_life_of_a_budget_agrees_with_the_naive_model(void **state)
{
    static struct account_balance before[LINE_COUNT][STAGE_COUNT + 1];
    static int64_t wanted_krw[LINE_COUNT][STAGE_COUNT + 1];
    static struct hold holds_before[HOLD_MAX];
    static struct world world;
    int64_t count = step_count();

    (void)state;
    world_init(&world);
    world.seed = fixture_seed();
    for (int64_t i = 0; i < count; i++) {
        struct step step;
        struct order order;
        world.now_ms += fixture_below(&world.seed, 500);
        step_make(&world, &step);
        bool holds = step.act == ACT_PLACE || step.act == ACT_RELEASE;
        bool accepts = model_accepts_hold(&world, &step) &&
                       (holds || (model_accepts(&world, &step, wanted_krw) &&
                                  model_accepts_link(&world, &step)));
        if (step.act == ACT_POST || step.act == ACT_PLACE) {
            holds_sweep(&world); /* the others must see by themselves that they are too late */
        }
        memcpy(before, world.accounts, sizeof before);
        memcpy(holds_before, world.holds, sizeof holds_before);
        bool built = !holds && step_build(&world, &step, &order);
        if (built) {
            step_post(&world, &step, &order);
        }
        bool posted = holds ? hold_try(&world, &step) : built && order.result == ORDER_POSTED;
        if (posted != accepts) {
            fail_msg("step %lld, %s: %s (%s)", (long long)i, step.kind,
                     posted ? "posted" : "refused",
                     refusal_code(built ? order.refusal.reason : REFUSAL_NONE));
        }
        if (posted) {
            model_hold_follow(&world, &step);
        } else {
            assert_memory_equal(before, world.accounts, sizeof before);
            assert_memory_equal(holds_before, world.holds, sizeof holds_before);
            world.refused_count++;
        }
        if (posted && !holds) {
            memcpy(world.model_krw, wanted_krw, sizeof wanted_krw);
            remember(&world, &step, &order);
        }
        check_invariants(&world);
    }
    assert_true(world.refused_count > count / 20);
    assert_true(world.seq > count / 5);
    print_message("%lld entries, %lld holds taken up, %lld expired\n", (long long)world.seq,
                  (long long)world.drawn_count, (long long)world.expired_count);
    assert_true(world.drawn_count > count / 200);
    assert_true(world.expired_count > count / 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_random_life_of_a_budget_agrees_with_the_naive_model),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
