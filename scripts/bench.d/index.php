<?php

// The API as most hosts would write it today: PHP-FPM, PDO with a persistent connection, prepared statements, json_encode. Token,
// expiry and scope are looked up, the tenant is a condition of each statement; parameters are hardly validated.

declare(strict_types=1);

const SESSION_COLUMNS = <<<'SQL'
    s.id, s.user_id, s.scenario_id, s.status,
    to_char(s.started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as started_at,
    to_char(s.ended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as ended_at,
    s.duration_seconds,
    to_char(s.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at
    SQL;

function answer(int $status, array $body): never
{
    http_response_code($status);
    header('Content-Type: application/json');
    $json = json_encode($body, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR);
    header('Content-Length: ' . strlen($json));
    echo $json;
    exit;
}

function refuse(int $status, string $code): never
{
    answer($status, ['ok' => false, 'error' => ['code' => $code]]);
}

function rows(PDO $database, string $sql, array $parameters): array
{
    $statement = $database->prepare($sql);
    $statement->execute($parameters);
    return $statement->fetchAll();
}

/** The tenant of the caller's token, which must be live and have the scope. */
function tenant(PDO $database, string $scope): string
{
    if (!preg_match('/^Bearer (debrief_\w{46})$/i', $_SERVER['HTTP_AUTHORIZATION'] ?? '', $match)) {
        refuse(401, 'missing_token');
    }
    $found = rows(
        $database,
        'select tenant_id, ? = any (scopes) as may from api_tokens'
            . " where token_hash = decode(?, 'hex') and revoked_at is null and (expires_at is null or expires_at > now())",
        [$scope, hash('sha256', $match[1])],
    );
    if (!$found) {
        refuse(401, 'invalid_token');
    }
    return $found[0]['may'] ? $found[0]['tenant_id'] : refuse(403, 'insufficient_scope');
}

/** Date-times without a fraction where that is zero. */
function withDates(array $row): array
{
    foreach (['started_at', 'ended_at', 'created_at'] as $key) {
        if (isset($row[$key])) {
            $row[$key] = str_replace('.000000Z', 'Z', $row[$key]);
        }
    }
    return $row;
}

function sessions(PDO $database): never
{
    $limit = min(100, max(1, (int) ($_GET['limit'] ?? 50)));
    $rows = rows(
        $database,
        'select ' . SESSION_COLUMNS . ' from sessions s where s.tenant_id = ? and s.started_at < ?'
            . ' order by s.started_at desc, s.id desc limit ?',
        [tenant($database, 'sessions:read'), $_GET['cursor'] ?? 'infinity', $limit + 1],
    );
    $page = array_map(withDates(...), array_slice($rows, 0, $limit));
    answer(200, ['ok' => true, 'data' => $page, 'next_cursor' => count($rows) > $limit ? end($page)['started_at'] : null]);
}

function session(PDO $database, string $id): never
{
    $rows = rows(
        $database,
        'select ' . SESSION_COLUMNS . ', c.id as scorecard_id, t.turns as transcript from sessions s'
            . ' left join scorecards c on c.tenant_id = s.tenant_id and c.session_id = s.id'
            . ' left join transcripts t on t.tenant_id = s.tenant_id and t.session_id = s.id'
            . ' where s.tenant_id = ? and s.id = ?',
        [tenant($database, 'sessions:read'), $id],
    );
    $row = withDates($rows[0] ?? refuse(404, 'not_found'));
    $row['transcript'] = json_decode($row['transcript'] ?? '[]');
    answer(200, ['ok' => true, 'data' => $row]);
}

function scorecard(PDO $database, string $id): never
{
    $tenant = tenant($database, 'scorecards:read');
    foreach (['id', 'session_id'] as $key) {
        $rows = rows(
            $database,
            'select id, session_id, overall_score, verdict, headline, categories, callouts,'
                . " to_char(created_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') as created_at"
                . " from scorecards where tenant_id = ? and $key = ?",
            [$tenant, $id],
        );
        if ($rows) {
            break;
        }
    }
    $row = withDates($rows[0] ?? refuse(404, 'not_found'));
    $row['categories'] = json_decode($row['categories']);
    $row['callouts'] = json_decode($row['callouts']);
    answer(200, ['ok' => true, 'data' => $row]);
}

$database = new PDO($_SERVER['BENCH_DATABASE'], options: [
    PDO::ATTR_PERSISTENT => true,
    PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
    PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC,
]);
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
match (true) {
    $path === '/api/v1/sessions' => sessions($database),
    preg_match('#^/api/v1/(session|scorecard)s/([0-9a-fA-F-]{36})$#', $path, $match) === 1 => $match[1]($database, $match[2]),
    default => refuse(404, 'not_found'),
};
