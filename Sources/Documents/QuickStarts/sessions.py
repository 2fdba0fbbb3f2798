"""Prints all sessions, newest first, each as a line of JSON."""

import json
import os
import sys

import requests
from requests.adapters import HTTPAdapter, Retry

api = requests.Session()
api.headers["Authorization"] = "Bearer " + os.environ["DEBRIEF_TOKEN"]
# Tried again after Retry-After.
retry = Retry(5, status_forcelist=[429, 503], raise_on_status=False)
for scheme in "https://", "http://":
    api.mount(scheme, HTTPAdapter(max_retries=retry))


def sessions(**filters):
    """Yields each session of the pages; the filters are `from`, `to` and `user_id`."""
    cursor = None
    while True:
        url = os.environ["DEBRIEF_URL"] + "/api/v1/sessions"
        response = api.get(url, params={**filters, "limit": 100, "cursor": cursor}, timeout=60)
        page = response.json()
        if not page["ok"]:
            sys.exit(f"{page['error']['message']} (request {page['request_id']})")
        yield from page["data"]
        cursor = page["next_cursor"]
        if cursor is None:
            return


try:
    for session in sessions():
        print(json.dumps(session))
except requests.RequestException as error:
    sys.exit(str(error))
