/*
 * The peer to reach: what a fast C author would write on libfcgi and libpq, without a check of anything.
 *
 * Usage: bench-worker SOCKET PROCESSES CONNINFO [detach]
 *
 * Preforked processes that share a listening socket, each with a connection of its own. Binary results, prepared
 * statements with generic plans, the tenant found in the statement itself, JSON made by hand in one buffer that is sent
 * as it is. It connects as a role that no row security binds, and has no scopes, no expiry, no deadlines, no retries, no
 * log and no errors but "404": whatever Debrief does beyond this is what Debrief costs.
 *
 * Measured beside it, with 8 clients: one statement that finds the tenant is ahead of a pair in one round trip (by 6 %) and
 * of PQexecPrepared (by 2 %). Closing the connection at once, which libfcgi does for a request that was detached from it,
 * gains 19 %: FCGX_Finish_r shuts it down and waits for the peer to close first. Few who write for libfcgi know that, so it
 * is a peer of its own, by `detach`.
 *
 * The bodies are Debrief's, byte for byte, but for a page that ends between two sessions of one instant.
 */

#define _GNU_SOURCE

#include <fcgiapp.h>
#include <libpq-fe.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { UUID_OID = 2950, BYTEA_OID = 17, TIMESTAMPTZ_OID = 1184, BIGINT_OID = 20 };

/* Where the body begins in its buffer: before it is room for the head, so that both leave as one. */
enum { HEAD_ROOM = 128 };

static const char session_columns[] = "id, user_id, scenario_id, status, started_at, ended_at, duration_seconds, created_at";
static const char tenant[] = "tenant_id = (select tenant_id from api_tokens where token_hash = $1)";

static PGconn *database;
static EVP_MD *sha256;
static EVP_MD_CTX *digest;

static void die(const char *what, const char *why)
{
    fprintf(stderr, "bench-worker: %s: %s\n", what, why);
    exit(1);
}

/* ---- The body */

static char *body;
static size_t length, capacity;

static inline char *reserve(size_t bytes)
{
    if (length + bytes > capacity) {
        capacity = 2 * (length + bytes);
        body = realloc(body, capacity);
        if (body == NULL) die("body", "no memory");
    }
    return body + length;
}

static inline void put(const char *text, size_t bytes)
{
    memcpy(reserve(bytes), text, bytes);
    length += bytes;
}

#define PUT(literal) put(literal, sizeof(literal) - 1)

static void put_string(const char *text, size_t bytes)
{
    static const char hexadecimal[] = "0123456789abcdef", shorts[] = "btn\0fr";
    char *to = reserve(6 * bytes + 2);
    *to++ = '"';
    for (size_t i = 0; i < bytes; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\') {
            *to++ = (char)c;
            continue;
        }
        *to++ = '\\';
        if (c >= 0x20) {
            *to++ = (char)c;
        } else if (c >= 8 && c <= 13 && c != 11) {
            *to++ = shorts[c - 8];
        } else {
            memcpy(to, "u00", 3);
            to[3] = hexadecimal[c >> 4];
            to[4] = hexadecimal[c & 15];
            to += 5;
        }
    }
    *to++ = '"';
    length = (size_t)(to - body);
}

/* Two hexadecimal digits a byte. */
static char hexadecimal_pairs[256][2];
/* Two decimal digits a number below 100. */
static char decimal_pairs[100][2];

static void make_tables(void)
{
    for (int i = 0; i < 256; i++) {
        hexadecimal_pairs[i][0] = "0123456789abcdef"[i >> 4];
        hexadecimal_pairs[i][1] = "0123456789abcdef"[i & 15];
    }
    for (int i = 0; i < 100; i++) {
        decimal_pairs[i][0] = (char)('0' + i / 10);
        decimal_pairs[i][1] = (char)('0' + i % 10);
    }
}

static inline void put_uuid(const char *value)
{
    char *to = reserve(38);
    *to++ = '"';
    for (int i = 0; i < 16; i++) {
        memcpy(to, hexadecimal_pairs[(unsigned char)value[i]], 2);
        to += 2;
        if (i == 3 || i == 5 || i == 7 || i == 9) *to++ = '-';
    }
    *to = '"';
    length += 38;
}

static inline uint32_t read_32(const char *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, 4);
    return __builtin_bswap32(value);
}

static inline uint64_t read_64(const char *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, 8);
    return __builtin_bswap64(value);
}

static void put_integer(int32_t value)
{
    char digits[11], *first = digits + sizeof digits;
    uint32_t rest = value < 0 ? -(uint32_t)value : (uint32_t)value;
    do *--first = (char)('0' + rest % 10); while (rest /= 10);
    if (value < 0) *--first = '-';
    put(first, (size_t)(digits + sizeof digits - first));
}

/* From 0000-03-01 to 2000-01-01, where PostgreSQL's time begins. */
static const int64_t microseconds_a_day = 86400000000, days_to_2000 = 730425;

/* The civil calendar from days, by eras of 400 years that begin on the first of March. */
static inline void put_instant(int64_t microseconds)
{
    int64_t days = microseconds / microseconds_a_day, of_day = microseconds % microseconds_a_day;
    if (of_day < 0) {
        of_day += microseconds_a_day;
        days--;
    }
    uint32_t day = (uint32_t)(days + days_to_2000), era = day / 146097, of_era = day % 146097;
    uint32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint32_t of_year = of_era - (365 * year + year / 4 - year / 100), shifted = (5 * of_year + 2) / 153;
    uint32_t month = shifted < 10 ? shifted + 3 : shifted - 9;
    uint32_t full_year = year + 400 * era + (month <= 2);
    uint32_t seconds = (uint32_t)(of_day / 1000000), fraction = (uint32_t)(of_day % 1000000);

    char *to = reserve(40);
    *to++ = '"';
    memcpy(to, decimal_pairs[full_year / 100], 2);
    memcpy(to + 2, decimal_pairs[full_year % 100], 2);
    to[4] = '-';
    memcpy(to + 5, decimal_pairs[month], 2);
    to[7] = '-';
    memcpy(to + 8, decimal_pairs[of_year - (153 * shifted + 2) / 5 + 1], 2);
    to[10] = 'T';
    memcpy(to + 11, decimal_pairs[seconds / 3600], 2);
    to[13] = ':';
    memcpy(to + 14, decimal_pairs[seconds / 60 % 60], 2);
    to[16] = ':';
    memcpy(to + 17, decimal_pairs[seconds % 60], 2);
    to += 19;
    if (fraction != 0) {
        *to = '.';
        memcpy(to + 1, decimal_pairs[fraction / 10000], 2);
        memcpy(to + 3, decimal_pairs[fraction / 100 % 100], 2);
        memcpy(to + 5, decimal_pairs[fraction % 100], 2);
        to += 7;
    }
    *to++ = 'Z';
    *to++ = '"';
    length = (size_t)(to - body);
}

/* ---- What is asked for */

/* `count` digits at `*text`, which moves behind them. */
static uint32_t read_digits(const char **text, int count)
{
    uint32_t value = 0;
    for (; count > 0 && **text >= '0' && **text <= '9'; count--) value = 10 * value + (uint32_t)(*(*text)++ - '0');
    return value;
}

/* 2026-05-06T17:00:00Z, or with a fraction of six digits: the forms in which next_cursor is written. */
static int64_t read_instant(const char *text)
{
    uint32_t part[6];
    for (int i = 0; i < 6; i++) {
        part[i] = read_digits(&text, i == 0 ? 4 : 2);
        if (i < 5 && *text != '\0') text++;
    }
    uint32_t year = part[0] - (part[1] <= 2), of_era = year % 400;
    uint32_t of_year = (153 * (part[1] > 2 ? part[1] - 3 : part[1] + 9) + 2) / 5 + part[2] - 1;
    int64_t days = (int64_t)(year / 400) * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - days_to_2000;
    int64_t seconds = days * 86400 + part[3] * 3600 + part[4] * 60 + part[5];
    uint32_t fraction = *text == '.' ? (text++, read_digits(&text, 6)) : 0;
    return seconds * 1000000 + fraction;
}

static int read_uuid(const char *text, char *value)
{
    for (int i = 0; i < 16; i++) {
        if (*text == '-') text++;
        int byte = 0;
        for (int j = 0; j < 2; j++, text++) {
            int digit = *text >= '0' && *text <= '9' ? *text - '0' : (*text | 32) >= 'a' && (*text | 32) <= 'f' ? (*text | 32) - 'a' + 10 : -1;
            if (digit < 0) return 0;
            byte = 16 * byte + digit;
        }
        value[i] = (char)byte;
    }
    return *text == '\0' || *text == '?';
}

static void hash_token(const FCGX_Request *request, char *hash)
{
    const char *authorization = FCGX_GetParam("HTTP_AUTHORIZATION", request->envp);
    const char *token = authorization != NULL && strlen(authorization) > 7 ? authorization + 7 : "";
    EVP_DigestInit_ex2(digest, sha256, NULL);
    EVP_DigestUpdate(digest, token, strlen(token));
    EVP_DigestFinal_ex(digest, (unsigned char *)hash, NULL);
}

/* ---- Database */

static void prepare(const char *name, const char *sql, int parameters, const Oid *types)
{
    PGresult *result = PQprepare(database, name, sql, parameters, types);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) die(name, PQerrorMessage(database));
    PQclear(result);
}

static void connect_database(const char *conninfo)
{
    static const Oid page_types[] = {BYTEA_OID, TIMESTAMPTZ_OID, UUID_OID, BIGINT_OID}, id_types[] = {BYTEA_OID, UUID_OID};
    char sql[2048];
    database = PQconnectdb(conninfo);
    if (PQstatus(database) != CONNECTION_OK) die("database", PQerrorMessage(database));
    PQclear(PQexec(database, "set plan_cache_mode = force_generic_plan"));

    snprintf(sql, sizeof sql,
             "select %s from sessions where %s and (started_at, id) < ($2, $3) order by started_at desc, id desc limit $4",
             session_columns, tenant);
    prepare("page", sql, 4, page_types);
    snprintf(sql, sizeof sql,
             "select %s, (select c.id from scorecards c where c.tenant_id = s.tenant_id and c.session_id = s.id),"
             " (select t.turns from transcripts t where t.tenant_id = s.tenant_id and t.session_id = s.id)"
             " from sessions s where %s and id = $2",
             session_columns, tenant);
    prepare("session", sql, 2, id_types);

    static const char columns[] = "id, session_id, overall_score, verdict, headline, categories, callouts, created_at";
    snprintf(sql, sizeof sql,
             "select %s from scorecards where %s and id = $2 union all"
             " select %s from scorecards where %s and session_id = $2 limit 1",
             columns, tenant, columns, tenant);
    prepare("scorecard", sql, 2, id_types);
    if (PQenterPipelineMode(database) != 1) die("database", "no pipeline");
}

/* One round trip: statement and Sync leave together. The caller clears the result. */
static PGresult *execute(const char *name, int count, const char *const *values, const int *lengths)
{
    static const int binary[] = {1, 1, 1, 1};
    PQsendQueryPrepared(database, name, count, values, lengths, binary, 1);
    PQpipelineSync(database);
    PGresult *result = PQgetResult(database);
    if (PQresultStatus(result) != PGRES_TUPLES_OK) die(name, PQerrorMessage(database));
    PQgetResult(database);          /* NULL: the end of the statement's results */
    PQclear(PQgetResult(database)); /* the Sync */
    return result;
}

/* ---- Endpoints */

static inline void put_nullable_instant(const PGresult *rows, int row, int column)
{
    if (PQgetisnull(rows, row, column)) PUT("null");
    else put_instant((int64_t)read_64(PQgetvalue(rows, row, column)));
}

static void put_session(const PGresult *rows, int row)
{
    PUT("{\"id\":");
    put_uuid(PQgetvalue(rows, row, 0));
    PUT(",\"user_id\":");
    put_uuid(PQgetvalue(rows, row, 1));
    PUT(",\"scenario_id\":");
    put_uuid(PQgetvalue(rows, row, 2));
    PUT(",\"status\":");
    put_string(PQgetvalue(rows, row, 3), (size_t)PQgetlength(rows, row, 3));
    PUT(",\"started_at\":");
    put_instant((int64_t)read_64(PQgetvalue(rows, row, 4)));
    PUT(",\"ended_at\":");
    put_nullable_instant(rows, row, 5);
    PUT(",\"duration_seconds\":");
    if (PQgetisnull(rows, row, 6)) PUT("null");
    else put_integer((int32_t)read_32(PQgetvalue(rows, row, 6)));
    PUT(",\"created_at\":");
    put_instant((int64_t)read_64(PQgetvalue(rows, row, 7)));
}

static int answer_page(const char *query, const char *hash)
{
    const char *limit_text = strstr(query, "limit="), *cursor = strstr(query, "cursor=");
    int limit = limit_text != NULL ? atoi(limit_text + 6) : 50;
    uint64_t before = __builtin_bswap64((uint64_t)(cursor != NULL ? read_instant(cursor + 7) : INT64_MAX));
    uint64_t count = __builtin_bswap64((uint64_t)limit + 1);
    char id[16];
    memset(id, cursor != NULL ? 0 : 0xff, sizeof id);

    const char *values[] = {hash, (const char *)&before, id, (const char *)&count};
    PGresult *rows = execute("page", 4, values, (const int[]){32, 8, 16, 8});
    int found = PQntuples(rows), shown = found < limit ? found : limit;
    PUT("{\"ok\":true,\"data\":[");
    for (int row = 0; row < shown; row++) {
        if (row > 0) PUT(",");
        put_session(rows, row);
        PUT("}");
    }
    PUT("],\"next_cursor\":");
    if (found > limit) put_instant((int64_t)read_64(PQgetvalue(rows, limit - 1, 4)));
    else PUT("null");
    PUT("}");
    PQclear(rows);
    return 1;
}

static void put_session_alone(const PGresult *rows)
{
    put_session(rows, 0);
    PUT(",\"scorecard_id\":");
    if (PQgetisnull(rows, 0, 8)) PUT("null");
    else put_uuid(PQgetvalue(rows, 0, 8));
    PUT(",\"transcript\":");
    if (PQgetisnull(rows, 0, 9)) PUT("[]");
    else put(PQgetvalue(rows, 0, 9), (size_t)PQgetlength(rows, 0, 9));
}

static void put_scorecard(const PGresult *rows)
{
    PUT("{\"id\":");
    put_uuid(PQgetvalue(rows, 0, 0));
    PUT(",\"session_id\":");
    put_uuid(PQgetvalue(rows, 0, 1));
    PUT(",\"overall_score\":");
    put_integer((int32_t)read_32(PQgetvalue(rows, 0, 2)));
    PUT(",\"verdict\":");
    put_string(PQgetvalue(rows, 0, 3), (size_t)PQgetlength(rows, 0, 3));
    PUT(",\"headline\":");
    put_string(PQgetvalue(rows, 0, 4), (size_t)PQgetlength(rows, 0, 4));
    PUT(",\"categories\":");
    put(PQgetvalue(rows, 0, 5), (size_t)PQgetlength(rows, 0, 5));
    PUT(",\"callouts\":");
    put(PQgetvalue(rows, 0, 6), (size_t)PQgetlength(rows, 0, 6));
    PUT(",\"created_at\":");
    put_instant((int64_t)read_64(PQgetvalue(rows, 0, 7)));
}

static int answer_one(const char *statement, void (*put_row)(const PGresult *), const char *id_text, const char *hash)
{
    char id[16];
    if (!read_uuid(id_text, id)) return 0;
    PGresult *rows = execute(statement, 2, (const char *const[]){hash, id}, (const int[]){32, 16});
    int found = PQntuples(rows);
    if (found > 0) {
        PUT("{\"ok\":true,\"data\":");
        put_row(rows);
        PUT("}}");
    }
    PQclear(rows);
    return found > 0;
}

static int answer(const FCGX_Request *request)
{
    static const char sessions[] = "/api/v1/sessions", scorecards[] = "/api/v1/scorecards/";
    const char *uri = FCGX_GetParam("REQUEST_URI", request->envp);
    char hash[32];
    if (uri == NULL) return 0;
    hash_token(request, hash);
    if (strncmp(uri, sessions, sizeof sessions - 1) == 0) {
        const char *rest = uri + sizeof sessions - 1;
        if (*rest == '/') return answer_one("session", put_session_alone, rest + 1, hash);
        if (*rest == '?' || *rest == '\0') return answer_page(rest, hash);
    } else if (strncmp(uri, scorecards, sizeof scorecards - 1) == 0) {
        return answer_one("scorecard", put_scorecard, uri + sizeof scorecards - 1, hash);
    }
    return 0;
}

static void serve(int listener, const char *conninfo, int detach)
{
    FCGX_Request request;
    connect_database(conninfo);
    digest = EVP_MD_CTX_new();
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    FCGX_InitRequest(&request, listener, 0);
    while (FCGX_Accept_r(&request) == 0) {
        char head[HEAD_ROOM];
        length = HEAD_ROOM;
        int found = answer(&request);
        int head_length = snprintf(head, sizeof head, "%sContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                                   found ? "" : "Status: 404 Not Found\r\n", length - HEAD_ROOM);
        char *first = body + HEAD_ROOM - head_length;
        memcpy(first, head, (size_t)head_length);
        FCGX_PutStr(first, (int)(body + length - first), request.out);
        if (detach) {
            request.keepConnection = 0;
            FCGX_Detach(&request);
        }
        FCGX_Finish_r(&request);
    }
}

static void wake(int number)
{
    (void)number;
}

/* Waits for SIGTERM or for a process to end, none of which is replaced, and takes all with it. */
static int await_end(void)
{
    struct sigaction action = {.sa_handler = wake};
    sigaction(SIGTERM, &action, NULL);
    int failed = wait(NULL) > 0;
    signal(SIGTERM, SIG_IGN);
    kill(0, SIGTERM);
    while (wait(NULL) > 0) continue;
    return failed;
}

int main(int count, char **arguments)
{
    int detach = count == 5 && strcmp(arguments[4], "detach") == 0;
    if (count != 4 && !detach) die("usage", "bench-worker SOCKET PROCESSES CONNINFO [detach]");
    setpgid(0, 0);
    umask(0007);
    FCGX_Init();
    make_tables();
    reserve(1 << 20);
    int listener = FCGX_OpenSocket(arguments[1], 1024);
    if (listener < 0) die(arguments[1], "cannot listen");
    for (int i = atoi(arguments[2]); i > 0; i--) {
        if (fork() != 0) continue;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGTERM, SIG_DFL);
        serve(listener, arguments[3], detach);
        _exit(1);
    }
    return await_end();
}
