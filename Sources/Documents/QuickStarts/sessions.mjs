// Prints all sessions, newest first, each as a line of JSON.
import { setTimeout as sleep } from "node:timers/promises";

const { DEBRIEF_URL, DEBRIEF_TOKEN } = process.env;

async function get(path, tries = 5) {
  const response = await fetch(DEBRIEF_URL + path, { headers: { Authorization: `Bearer ${DEBRIEF_TOKEN}` } });
  if ([429, 503].includes(response.status) && tries > 1) {
    await sleep(1000 * Number(response.headers.get("Retry-After") ?? 1));
    return get(path, tries - 1);
  }
  const body = await response.json();
  if (!body.ok) throw new Error(`${body.error.message} (request ${body.request_id})`);
  return body;
}

/** Yields each session of the pages; the filters are `from`, `to` and `user_id`. */
async function* sessions(filters = {}) {
  const query = new URLSearchParams({ ...filters, limit: 100 });
  while (true) {
    const page = await get(`/api/v1/sessions?${query}`);
    yield* page.data;
    if (page.next_cursor === null) return;
    query.set("cursor", page.next_cursor);
  }
}

try {
  for await (const session of sessions()) console.log(JSON.stringify(session));
} catch (error) {
  console.error(error.cause?.message || error.message);
  process.exitCode = 1;
}
