/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Applies or checks a set of migrations: runtime_migrate_driver CONNINFO apply|check SET.
 * Writes the error's name; the status is 0 only for "ok". The sets of tests are
 * below: a whole one, and what a careless hand may make of it.
 */
#include "runtime/crypto.h"
#include "runtime/migrate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST  "CREATE TABLE first (id bigint)"
#define SECOND "CREATE TABLE second (id bigint); INSERT INTO second (id) VALUES (1)"

static const struct migration WHOLE[] = {{1, "0001_first.sql", FIRST},
                                         {2, "0002_second.sql", SECOND}};
static const struct migration CHANGED[] = {{1, "0001_first.sql", FIRST " "},
                                           {2, "0002_second.sql", SECOND}};
static const struct migration LONGER[] = {{1, "0001_first.sql", FIRST},
                                          {2, "0002_second.sql", SECOND},
                                          {3, "0003_third.sql", "CREATE TABLE third (id bigint)"}};
static const struct migration BROKEN[] = {
    {1, "0001_first.sql", FIRST},
    {2, "0002_second.sql", SECOND},
    {3, "0003_third.sql", "CREATE TABLE third (id bigint); SELECT missing FROM third"}};

static const struct {
    const char *name;
    struct migration_set set;
} SETS[] = {
    {"whole", {"test", WHOLE, 2}},   {"changed", {"test", CHANGED, 2}},
    {"shorter", {"test", WHOLE, 1}}, {"longer", {"test", LONGER, 3}},
    {"broken", {"test", BROKEN, 3}},
};

static const struct migration_set *find_set(const char *name)
{
    for (size_t i = 0; i < DB_COUNT(SETS); i++) {
        if (strcmp(SETS[i].name, name) == 0) {
            return &SETS[i].set;
        }
    }
    return strcmp(name, "runtime") == 0 ? &migrate_runtime_set : NULL;
}

int main(int argc, char **argv)
{
    const struct migration_set *set = argc == 4 ? find_set(argv[3]) : NULL;
    struct db_options options = {.password = "", .application_name = "migrate driver"};
    struct db *db = NULL;
    enum err err;

    if (set == NULL || crypto_open()) {
        return EXIT_FAILURE;
    }
    options.conninfo = argv[1];
    err = db_open(&options, &db);
    if (!err) {
        err = strcmp(argv[2], "apply") == 0 ? migrate_apply(db, set) : migrate_check(db, set);
    }
    (void)printf("%s\n", err_name(err));
    db_close(db);
    return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
