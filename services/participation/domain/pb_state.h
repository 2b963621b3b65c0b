/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The .pb reader's own state, shared by the files that read one section
 * each. Nobody else includes this header.
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_PB_STATE_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_PB_STATE_H

#include "participation/domain/pb.h"
#include "participation/domain/pb_rows.h"
#include "participation/domain/text_pool.h"

#define PB_COLUMN_ABSENT (-1)
#define PB_QUOTAS_MAX    100 /* a ballot has no more */

enum pb_section {
    PB_NO_SECTION,
    PB_META,
    PB_PROJECTS,
    PB_VOTES,
    PB_SECTION_COUNT,
};

/* The columns a section knows; what the file has beside them is only passed on. */
enum pb_column {
    PB_KEY,
    PB_VALUE,
    PB_PROJECT_ID,
    PB_COST,
    PB_PROJECT_VOTES,
    PB_SCORE,
    PB_NAME,
    PB_CATEGORY,
    PB_SELECTED,
    PB_VOTER_ID,
    PB_VOTE,
    PB_POINTS,
    PB_AGE,
    PB_SEX,
    PB_VOTING_METHOD,
    PB_DISTRICT,
    PB_NEIGHBORHOOD,
    PB_COLUMN_COUNT,
};

/* The current section's header row: where each known column stands, and every name. */
struct pb_header {
    int position[PB_COLUMN_COUNT];
    struct pb_field fields[PB_CELLS_MAX]; /* names; values are set row by row */
    size_t count;
};

/* A limit of META: set only when the file states it. */
struct pb_bound {
    bool set;
    struct decimal value;
};

struct pb_bounds {
    struct pb_bound length_min;
    struct pb_bound length_max;
    struct pb_bound cost_min;
    struct pb_bound cost_max;
    struct pb_bound points_min;
    struct pb_bound points_max;
    struct pb_bound points_sum_min;
    struct pb_bound points_sum_max;
};

/* A piece of text that need not end in NUL. */
struct pb_slice {
    const char *text;
    size_t length;
};

/* How many of its options a vote names that is not empty. */
struct pb_quota {
    bool by_area;         /* those of the area of this name; else */
    bool local;           /* those of any area, or those of the whole district */
    struct pb_slice name; /* in META */
    uint32_t min;
    uint32_t max;
};

/* What PROJECTS claims of an option, to be compared once the votes are read. */
struct pb_claim {
    uint64_t line;
    struct pb_bound votes;
    struct pb_bound score;
};

struct pb {
    struct pb_options options;
    struct pb_rows rows;
    enum err err;
    bool finished;

    enum pb_section section;
    uint64_t section_line;
    bool header_due;
    struct pb_header header;

    struct text_pool texts;
    struct pb_field metas[PB_META_MAX];
    uint64_t meta_lines[PB_META_MAX];
    size_t meta_count;
    struct pb_bounds bounds;
    struct pb_quota quotas[PB_QUOTAS_MAX];
    size_t quota_count;

    struct election *election;
    bool election_taken;
    struct pb_claim *claims;
    uint32_t claim_capacity;

    struct text_set voters;
    struct election_choice *choices;
    uint32_t vote_count;
    bool points_used; /* the vote type gives points to options */

    struct pb_fault faults[PB_FAULTS_MAX + 1]; /* the last place is for an error */
    size_t fault_count;
    uint64_t severity_counts[PB_ERROR + 1];
};

/* Whether votes are added up by groups; known once META is read. */
bool pb_has_groups(const struct pb *pb);

/* Where a fault is: a line, a field and what stands there. Texts may be NULL. */
struct pb_place {
    uint64_t line;
    const char *field;
    struct pb_slice value;
};

/* Notes a warning or a contradiction; beyond the maximum it is only counted. */
void pb_note(struct pb *pb, enum pb_severity severity, enum pb_rule rule,
             const struct pb_place *place);

/* Notes an error and returns ERR_INVALID, to be returned at once. */
ERR_CHECKED enum err pb_fail(struct pb *pb, enum pb_rule rule, const struct pb_place *place);

/* Whether the header has the column. */
bool pb_has(const struct pb *pb, enum pb_column column);

/* The row's cell of a known column; an empty text where there is none. */
struct pb_slice pb_cell(const struct pb *pb, const struct pb_row *row, enum pb_column column);

/* The name of a known column, as files spell it. */
const char *pb_column_name(enum pb_column column);

/* Sets the header's field values to the row's cells; the count of fields is the header's. */
const struct pb_field *pb_fields(struct pb *pb, const struct pb_row *row);

/* The letter without its case. Only ASCII: names of sections, columns and vote types are. */
char pb_lower(char c);

/* The slice without spaces and tabs around it. */
struct pb_slice pb_trim(struct pb_slice slice);

/*
 * Reads a number that must be one: an error otherwise. A decimal comma is
 * noted as a warning.
 */
ERR_CHECKED enum err pb_number(struct pb *pb, const struct pb_place *place, struct decimal *ret);

/* Reads a number that may be absent; what is none is a contradiction and leaves *ret unset. */
void pb_number_optional(struct pb *pb, const struct pb_place *place, struct pb_bound *ret);

/* Where a META value stands; line 0 and an empty value when the file has no such key. */
struct pb_place pb_meta_place(const struct pb *pb, const char *key);

/* One row of each section, and what follows the last of META and of the file. */
ERR_CHECKED enum err pb_meta_row(struct pb *pb, const struct pb_row *row);
ERR_CHECKED enum err pb_meta_end(struct pb *pb);
ERR_CHECKED enum err pb_project_row(struct pb *pb, const struct pb_row *row);
ERR_CHECKED enum err pb_vote_row(struct pb *pb, const struct pb_row *row);
void pb_compare_counts(struct pb *pb);

/* Reads META's quotas; one that cannot be read is a contradiction. */
void pb_quotas_read(struct pb *pb);

/* Whether the distinct choices of the vote that is read keep every quota. */
bool pb_quotas_kept(const struct pb *pb, size_t choice_count);

#endif
