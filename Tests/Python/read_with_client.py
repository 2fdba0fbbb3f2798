"""Reads all that a tenant has through a client that was generated from the OpenAPI document, and prints the sessions'
ids in the order in which they came.

    read_with_client.py LIMIT

The client's package is on PYTHONPATH; the API's address and the token are in DEBRIEF_URL and DEBRIEF_TOKEN.
"""

import os
import sys
from datetime import datetime
from uuid import UUID

from debrief_api_client import AuthenticatedClient, Client
from debrief_api_client.api.analytics import summarize
from debrief_api_client.api.openapi import get_openapi
from debrief_api_client.api.scenarios import list_scenarios
from debrief_api_client.api.scorecards import get_scorecard
from debrief_api_client.api.sessions import get_session, list_sessions
from debrief_api_client.api.users import list_users
from debrief_api_client.models import Error
from debrief_api_client.types import UNSET

url = os.environ["DEBRIEF_URL"]
client = AuthenticatedClient(base_url=url, token=os.environ["DEBRIEF_TOKEN"], raise_on_unexpected_status=True)

cursor = UNSET
sessions = []
while cursor is not None:
    page = list_sessions.sync(client=client, limit=int(sys.argv[1]), cursor=cursor)
    sessions += page.data
    cursor = page.next_cursor

for session in sessions:
    assert isinstance(session.id, UUID) and isinstance(session.started_at, datetime)
    print(session.id)

newest = get_session.sync(sessions[0].id, client=client).data
assert newest.id == sessions[0].id and newest.transcript[0].message
assert get_scorecard.sync(newest.scorecard_id, client=client).data.session_id == newest.id
assert len(list_users.sync(client=client).data) > 1 and len(list_scenarios.sync(client=client).data) > 1
period = summarize.sync(client=client, from_=sessions[-1].started_at, to=sessions[0].started_at).data
assert period.sessions == len(sessions) and period.avg_score > 0
assert get_openapi.sync(client=Client(base_url=url)).to_dict()["openapi"].startswith("3.1")

refused = list_users.sync(client=Client(base_url=url))
assert isinstance(refused, Error) and refused.error.code == "missing_token" and refused.request_id
