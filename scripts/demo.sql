-- The demo tenant: a real estate team that practises its calls, with the rows that the API reference prints. For psql, connected as
-- a superuser or another member of debrief_platform.
--
-- Nothing here depends on the clock or on chance, and rows that are there already stay as they are: loading it again adds what is
-- missing and changes nothing. What varies from row to row follows from the session's number, the last twelve digits of its id:
-- 1 is the newest, the reference's own, and 2 to 132 are the other sessions of the month that the reference sums up.

\set ON_ERROR_STOP on
\encoding UTF8
\set tenant '\'00000000-0000-0000-0000-000000000001\''

begin;
set local role debrief_platform;
set local search_path = public;

insert into tenants (id, name, created_at)
values (:tenant, 'Northside Realty', '2026-01-12 15:00:00Z')
on conflict do nothing;

-- Numbers 1 to 12 are the reps of the month; the manager and the admin have tried the calls earlier, the newcomer has not yet.
insert into users (tenant_id, id, full_name, email, role, created_at)
select
    :tenant,
    ('a0000000-0000-0000-0000-' || lpad(number::text, 12, '0'))::uuid,
    full_name,
    mailbox || '@northside.example',
    role,
    created_at::timestamptz
from (values
    (1, 'Kira Novak', 'kira', 'rep', '2026-01-12 15:10:00Z'),
    (2, 'Jordan Reyes', 'jordan', 'rep', '2026-01-12 15:12:00Z'),
    (3, 'Liam O’Connor', 'liam', 'rep', '2026-01-12 15:12:30Z'),
    (4, 'Mateo Álvarez', 'mateo', 'rep', '2026-01-12 15:13:00Z'),
    (5, 'Maya Lindqvist', 'maya', 'rep', '2026-01-12 15:13:30Z'),
    (6, 'Nadia Rahman', 'nadia', 'rep', '2026-01-12 15:14:00Z'),
    (7, 'Noah Feldman', 'noah', 'rep', '2026-01-12 15:14:30Z'),
    (8, 'Priya Raman', 'priya', 'rep', '2026-01-12 15:15:00Z'),
    (9, 'Rosa Delgado', 'rosa', 'rep', '2026-01-12 15:15:30Z'),
    (10, 'Samuel Okafor', 'samuel', 'rep', '2026-01-19 14:30:00Z'),
    (11, 'Théo Lambert', 'theo', 'rep', '2026-01-19 14:31:00Z'),
    (12, 'Łucja Zielińska', 'lucja', 'rep', '2026-01-26 14:30:00Z'),
    (13, 'Tessa Wright', 'tessa', 'manager', '2026-01-12 15:05:00Z'),
    (14, 'Olivia Hart', 'olivia', 'admin', '2026-01-12 15:00:30Z'),
    (15, 'Victor Huang', 'victor', 'rep', '2026-05-06 13:45:00Z')
) as people (number, full_name, mailbox, role, created_at)
on conflict do nothing;

insert into scenarios (tenant_id, id, name, call_type, status, created_at)
select
    :tenant,
    ('10000000-0000-0000-0000-' || lpad(number::text, 12, '0'))::uuid,
    name,
    call_type,
    status,
    created_at::timestamptz
from (values
    (1, 'Expired Listing — Burned by the Last Agent', 'cold_call', 'active', '2026-01-13 16:00:00Z'),
    (2, 'Follow-Up — Open House Guest', 'follow_up', 'active', '2026-01-13 16:20:00Z'),
    (3, 'Listing Presentation — Three Agents Invited', 'listing_presentation', 'active', '2026-01-13 17:05:00Z'),
    (4, 'Cold Call — FSBO Seller', 'cold_call', 'active', '2026-01-14 15:30:00Z'),
    (5, 'Objection — “Your Commission Is Too High”', 'objection_handling', 'active', '2026-01-14 15:45:00Z'),
    (6, 'Price Reduction — Ninety Days on Market', 'client_update', 'active', '2026-01-20 19:00:00Z'),
    (7, 'Circle Prospecting — Just Sold Next Door', 'cold_call', 'archived', '2026-01-13 15:40:00Z'),
    (8, 'First-Time Buyers — Consultation', 'buyer_consultation', 'active', '2026-02-09 18:15:00Z')
) as scripts (number, name, call_type, status, created_at)
on conflict do nothing;

-- Six calls each working day, and on the first Monday of February and March the whole team begins at one instant.
with calls as (
    select timestamptz '2026-05-06 17:00:00Z' as started_at, 0 as seat
    union all
    select started_at, 0
    from
        generate_series(timestamp '2026-02-02', timestamp '2026-05-06', interval '1 day') as day,
        generate_series(0, 5) as slot,
        lateral (
            select (day + interval '14:10' + slot * interval '90 minutes') at time zone 'UTC'
                + (extract(doy from day)::int * 211 + slot * 577) % 2999 * interval '1 second'
                -- Clocks of real calls have microseconds, if not always.
                + case when slot = 3 then extract(doy from day)::int * 7919 % 1000000 * interval '1 microsecond' else interval '0' end
                as started_at
        ) as start
    where extract(isodow from day) <= 5 and started_at < '2026-05-06 15:30:00Z'
    union all
    select started_at::timestamptz, seat
    from
        (values ('2026-02-02 16:00:00Z'), ('2026-03-02 16:00:00Z')) as drills (started_at),
        generate_series(1, 12) as seat
),

numbered as (
    select row_number() over (order by started_at desc, seat)::int as number, started_at, seat
    from calls
),

played as (
    select
        number,
        started_at,
        case
            when number = 1 then 2
            when seat > 0 then seat
            when number > 132 and number % 23 = 0 then 13
            when number > 132 and number % 61 = 0 then 14
            else 1 + (number * 5 + number / 12) % 12
        end as person,
        case
            when number = 1 then 4
            when number > 300 then 1 + (number * 3 + number / 7) % 7
            else (array[4, 1, 5, 3, 6, 4, 2, 8])[1 + (number * 3 + number / 8) % 8]
        end as script,
        case
            when number = 2 then 'in_progress'
            when number in (47, 118) then 'failed'
            when number = 89 then 'completed'
            when number <= 132 then 'scored'
            when number % 17 = 0 then 'failed'
            when number % 19 = 0 then 'completed'
            else 'scored'
        end as status
    from numbered
),

timed as (
    select
        *,
        case
            when number = 1 then 420
            when status = 'in_progress' then null
            -- The line dropped.
            when status = 'failed' then 3 + number % 37
            else 190 + (number * 97) % 431
        end as seconds
    from played
)

insert into sessions (tenant_id, id, user_id, scenario_id, status, started_at, ended_at, duration_seconds, created_at)
select
    :tenant,
    ('30000000-0000-0000-0000-' || lpad(number::text, 12, '0'))::uuid,
    ('a0000000-0000-0000-0000-' || lpad(person::text, 12, '0'))::uuid,
    ('10000000-0000-0000-0000-' || lpad(script::text, 12, '0'))::uuid,
    status,
    started_at,
    started_at + seconds * interval '1 second',
    seconds,
    started_at
from timed
on conflict do nothing;

-- The reference's session.
insert into scorecards (tenant_id, id, session_id, overall_score, verdict, headline, categories, callouts, created_at)
values (
    :tenant,
    '40000000-0000-0000-0000-000000000001',
    '30000000-0000-0000-0000-000000000001',
    87,
    'crushed_it',
    'You earned the right to ask for the math by reframing his anger as data.',
    '[{ "name": "Opening", "score": 84, "summary": "Named the other calls before he could, and asked about them instead of the listing." }, '
    '{ "name": "Discovery", "score": 90, "summary": "Three questions, each built on his last answer: showings, offers, the number he has to walk away with." }, '
    '{ "name": "Objection handling", "score": 93, "summary": "Treated “you people” as a complaint with a cause, and found the cause." }, '
    '{ "name": "Listening", "score": 88, "summary": "Repeated his words, not yours. One interruption, at the commission." }, '
    '{ "name": "Closing", "score": 80, "summary": "A dated next step with a paper in it. You could have asked who else decides." }]',
    '[{ "kind": "strength", "time": 46, "quote": "Twenty calls in nine days is data.", "text": "His anger became evidence about the market. From here on he explained instead of defending." }, '
    '{ "kind": "strength", "time": 214, "quote": "May I ask you for the math?", "text": "You asked for the numbers only after he had told you what they are for." }, '
    '{ "kind": "opportunity", "time": 291, "quote": "It usually pays for itself.", "text": "A claim where he wanted a figure. Lead with the two sales on Alder Street." }, '
    '{ "kind": "opportunity", "time": 388, "quote": "Thursday at five-thirty it is.", "text": "His wife was mentioned twice. Ask whether she will be at the table." }]',
    '2026-05-06 17:08:30Z'
)
on conflict do nothing;

insert into transcripts (tenant_id, session_id, turns)
values (
    :tenant,
    '30000000-0000-0000-0000-000000000001',
    '[{ "role": "agent", "message": "Hello?", "time": 0 }, '
    '{ "role": "rep", "message": "Hi, is this Mr. Brandt? Jordan Reyes, Northside Realty. I’m calling about the house on Alder Street, and I’d guess I’m not the first.", "time": 3 }, '
    '{ "role": "agent", "message": "Not the first? You’re the twentieth. The sign says for sale by owner. What part of that do you people not understand?", "time": 14 }, '
    '{ "role": "rep", "message": "Twenty. Since when?", "time": 25 }, '
    '{ "role": "agent", "message": "Since a week ago Monday. During dinner. During my daughter’s recital. And every one of you has a buyer, right up until I say come by with him.", "time": 28 }, '
    '{ "role": "rep", "message": "Twenty calls in nine days is data. It means the house is being noticed, and by the wrong people. How many of the calls were from somebody who wants to live in it?", "time": 46 }, '
    '{ "role": "agent", "message": "Huh. Two. Three, if I count the fellow who wanted to rent.", "time": 62 }, '
    '{ "role": "rep", "message": "And of the two, how many came to see it?", "time": 71 }, '
    '{ "role": "agent", "message": "One. Nice couple. Loved the yard. Then they wanted thirty thousand off for a roof that’s eight years old.", "time": 76 }, '
    '{ "role": "rep", "message": "So you’re angry with agents, and the couple is the one that cost you something. What did you tell them?", "time": 94 }, '
    '{ "role": "agent", "message": "I told them no. My wife says I was short with them. Maybe I was. I’d just hung up on number fourteen.", "time": 106 }, '
    '{ "role": "rep", "message": "Fair enough. What has to happen with the sale for the two of you to say it was worth it?", "time": 123 }, '
    '{ "role": "agent", "message": "We close before school starts. There’s a place near her mother in Dayton. And we need to walk away with three-ten, or it doesn’t work.", "time": 134 }, '
    '{ "role": "rep", "message": "Three-ten in your pocket, not three-ten on the sign.", "time": 152 }, '
    '{ "role": "agent", "message": "In the pocket. Which is why I’m not handing six percent to somebody for a lockbox.", "time": 158 }, '
    '{ "role": "rep", "message": "If a lockbox were all of it, I’d tell you to keep the money. You’ve thought about this more than most. May I ask you for the math? What’s on the sheet between the price and the three-ten?", "time": 199 }, '
    '{ "role": "agent", "message": "All right. Asking three fifty-nine. Figure three-fifty. Payoff is twenty-two, and then… I put three thousand for closing. That’s about it.", "time": 226 }, '
    '{ "role": "rep", "message": "That leaves some room. And the roof, the next time somebody brings it up?", "time": 250 }, '
    '{ "role": "agent", "message": "That’s what I don’t know. And go on, tell me what you cost.", "time": 262 }, '
    '{ "role": "rep", "message": "Five, with the buyer’s side in it, and you only pay it at the closing. It usually pays for itself.", "time": 280 }, '
    '{ "role": "agent", "message": "Usually.", "time": 296 }, '
    '{ "role": "rep", "message": "You’re right, that’s a slogan. Two on Alder sold in March, one by owner, one listed. Let me put both sheets next to yours, line by line, roof included. If yours is better, I’ll say so, and you keep the sheets.", "time": 301 }, '
    '{ "role": "agent", "message": "And if I say no after that, number twenty-one calls on Friday?", "time": 338 }, '
    '{ "role": "rep", "message": "Not from Northside. I’ll note it today, whichever way you decide. Would Thursday at five-thirty suit, twenty minutes, at your kitchen table?", "time": 346 }, '
    '{ "role": "agent", "message": "Five-thirty. My wife gets home at five. Bring the sheets. Not a folder with your face on it.", "time": 366 }, '
    '{ "role": "rep", "message": "Two sheets, no face. Thursday at five-thirty it is. Thank you for the straight answers, Mr. Brandt.", "time": 388 }, '
    '{ "role": "agent", "message": "Yeah. You’re the first one who asked. See you Thursday.", "time": 404 }]'
)
on conflict do nothing;

-- The other scorecards. The month's scores come in pairs that add up to 155, but for the oldest, 68: with the reference's 87 that is
-- 9920 for 128 sessions, 77.5 each, which an average rounded half up gives as 78. Before that month the team was not as good yet.
with scored as (
    select
        right(id::text, 12)::int as number,
        id,
        ended_at,
        duration_seconds,
        row_number() over (order by id)::int as place
    from sessions
    where
        tenant_id = :tenant
        and status = 'scored'
        and id between '30000000-0000-0000-0000-000000000002' and '30000000-0000-0000-0000-000000009999'
),

judged as (
    select
        number,
        id,
        ended_at,
        duration_seconds,
        case
            when place = 127 then 68
            when place % 2 = 1 then 77 - (place + 1) / 2 * 13 % 21
            else 78 + (place + 1) / 2 * 13 % 21
        end - case when number > 132 then 3 + number % 11 else 0 end as score
    from scored
),

categories as (
    select
        number,
        '[' || string_agg(
            format('{ "name": %s, "score": %s, "summary": %s }', to_json(name), points, to_json(case
                when points >= 82 then strong
                when points >= 68 then fair
                else weak
            end)),
            ', ' order by position
        ) || ']' as list
    from
        judged,
        (values
            (1, 'Opening',
                'Said who you are and why you call in one breath, then let them speak.',
                'A clear start, though the reason for the call came late.',
                'The first half minute was about you.'),
            (2, 'Discovery',
                'Each question came from the answer before it.',
                'Good questions, asked in the order of your list.',
                'You pitched before you knew what they need.'),
            (3, 'Objection handling',
                'You agreed with what was true in it before you answered.',
                'Answered well, but answered too soon.',
                'You argued, and they stopped telling you things.'),
            (4, 'Listening',
                'Their words came back in your sentences.',
                'Attentive, with two interruptions.',
                'You talked for most of the call.'),
            (5, 'Closing',
                'A next step with a day, an hour and a reason.',
                'You asked for a next step, without a date.',
                'The call ended; nothing was agreed.')
        ) as aspects (position, name, strong, fair, weak),
        -- Strengths differ, but they balance: the five add up to the score.
        lateral (
            select least(100, score + (array[4, -3, 2, -5, 2])[1 + (number + position) % 5]) as points
        ) as graded
    group by number
),

callouts as (
    select
        number,
        '[' || string_agg(
            format('{ "kind": %s, "time": %s, "text": %s }', to_json(kind), duration_seconds * (position * 25 - number % 9) / 100, to_json(text)),
            ', ' order by position
        ) || ']' as list
    from
        judged,
        -- Two of one kind and one of the other, by how the call went.
        lateral (values
            (1, 'strength', number % 5),
            (2, case when score >= 75 then 'strength' else 'opportunity' end, (number + 2) % 5),
            (3, 'opportunity', (number + 4) % 5)
        ) as wanted (position, kind, choice)
        join (values
            ('strength', 0, 'You let the silence work: after your question you waited, and the real reason came.'),
            ('strength', 1, 'You used their own number instead of yours.'),
            ('strength', 2, 'You said what you cannot do. It made the rest believable.'),
            ('strength', 3, 'You summed up what you had heard before you offered anything.'),
            ('strength', 4, 'You kept your voice slow when theirs went up.'),
            ('opportunity', 0, 'Ask one more question before the first argument.'),
            ('opportunity', 1, 'Name a day and an hour instead of “some time next week”.'),
            ('opportunity', 2, 'Replace “trust me” by a sale on their street.'),
            ('opportunity', 3, 'Find out who else decides, before the appointment.'),
            ('opportunity', 4, 'When they mention a date, stay with it: it is why they move.')
        ) as phrases (kind, choice, text) using (kind, choice)
    group by number
)

insert into scorecards (tenant_id, id, session_id, overall_score, verdict, headline, categories, callouts, created_at)
select
    :tenant,
    ('40000000-0000-0000-0000-' || lpad(number::text, 12, '0'))::uuid,
    judged.id,
    score,
    verdict,
    headline,
    categories.list::json,
    callouts.list::json,
    ended_at + interval '90 seconds'
from
    judged
    join categories using (number)
    join callouts using (number)
    join (values
        (85, 100, 'crushed_it', 0, 'You made them curious about the answer before you gave it.'),
        (85, 100, 'crushed_it', 1, 'You turned a no into a list of conditions, and met two of them on the phone.'),
        (85, 100, 'crushed_it', 2, 'They talked themselves into the appointment; you held the door.'),
        (85, 100, 'crushed_it', 3, 'You put the hardest question first, and it bought you the rest of the call.'),
        (75, 84, 'solid', 0, 'You found the reason behind the price, and nearly used it.'),
        (75, 84, 'solid', 1, 'A calm call with a clear next step. The middle could be shorter.'),
        (75, 84, 'solid', 2, 'You answered the objection they had, not the one you had prepared for.'),
        (75, 84, 'solid', 3, 'Strong questions. Wait a little longer for the answers.'),
        (65, 74, 'getting_there', 0, 'You won the right to continue and spent it on a pitch.'),
        (65, 74, 'getting_there', 1, 'The opening worked; the first objection took the call out of your hands.'),
        (65, 74, 'getting_there', 2, 'You heard the deadline and moved past it.'),
        (65, 74, 'getting_there', 3, 'Friendly from start to end, and no nearer to an appointment.'),
        (0, 64, 'needs_work', 0, 'You defended the fee before anybody had asked what it buys.'),
        (0, 64, 'needs_work', 1, 'Most of the call was yours, and the decision was theirs.'),
        (0, 64, 'needs_work', 2, 'You offered a discount to end a silence.'),
        (0, 64, 'needs_work', 3, 'The script was louder than the seller.')
    ) as verdicts (lowest, highest, verdict, choice, headline) on score between lowest and highest and choice = number % 4
on conflict do nothing;

-- The other transcripts, also of calls that were held and not scored yet. Each turn has a good and a poor form: a call goes well
-- until it turns, the later the better its score, and an answer goes with what it answers. Script 0 is what the calls have in common,
-- how they begin and how they end.
with held as (
    select
        right(sessions.id::text, 12)::int as number,
        right(scenario_id::text, 12)::int as script,
        sessions.id,
        duration_seconds,
        width_bucket(coalesce(overall_score, 70), array[55, 63, 70, 78]) as good_exchanges
    from
        sessions
        left join scorecards on scorecards.tenant_id = sessions.tenant_id and session_id = sessions.id
    where
        sessions.tenant_id = :tenant
        and status in ('scored', 'completed')
        and sessions.id between '30000000-0000-0000-0000-000000000002' and '30000000-0000-0000-0000-000000009999'
),

lines (script, position, role, good, poor) as (
    values
    (0, 1, 'agent', 'Hello?', 'Yes, who is this?'),
    (0, 7, 'agent', 'That’s a fair question. Nobody has asked me that.', 'I don’t see what that has to do with it.'),
    (0, 8, 'rep',
        'Then let’s do this: twenty minutes on Thursday, I bring the numbers for your street, and you decide what they’re worth.',
        'Well, if you change your mind some time, you have my number.'),
    (0, 9, 'agent', 'Thursday works. After five, please.', 'I’ll think about it. I have to go now.'),
    (0, 10, 'rep', 'Thursday, a quarter past five. I’ll send a note so that you have it in writing. Thank you.', 'Okay. Have a good one.'),

    (1, 2, 'rep',
        'Hi, this is Northside Realty. Your listing ran out on Sunday, and I’d like to know what you’d want done differently before I say anything about us.',
        'Hi, this is Northside Realty! I saw your listing expired, and I’m sure we can sell it.'),
    (1, 3, 'agent',
        'Differently? For a start, somebody who calls back. We had four showings in six months and I had to chase him for each.',
        'That’s what the last one said, on that very chair.'),
    (1, 4, 'rep',
        'Four showings, and you did the chasing. What did he tell you after each of them?',
        'We’re not like the others, we have the best marketing in the county.'),
    (1, 5, 'agent', 'Nothing. I found out from the neighbours that the kitchen was the problem.', 'He had brochures too. The kitchen is in none of them.'),
    (1, 6, 'rep',
        'If you’d known about the kitchen in the second week, what would you have done?',
        'We could start with a lower price, that always helps.'),

    (2, 2, 'rep',
        'Hi, we met on Sunday at the open house on Birch Lane. You stayed longest in the garden room. What was it about it?',
        'Hi, you signed in at our open house. Are you still looking for a house?'),
    (2, 3, 'agent', 'The light. My wife paints. But the stairs would be a problem with my knees.', 'We’re only looking. We look at a lot of houses.'),
    (2, 4, 'rep',
        'Light on the ground floor, then, and no stairs to reach it. How long have you been looking for that?',
        'There’s another couple interested, so I’d be quick.'),
    (2, 5, 'agent', 'Two years, on and off. We’d have to sell ours first, and that’s where we always stop.', 'Then I suppose they’ll buy it.'),
    (2, 6, 'rep',
        'If the sale of yours were arranged so that you move once, would you still stop there?',
        'Should I put you on our mailing list?'),

    (3, 2, 'rep',
        'Thank you for having me. You’re seeing three of us. What would you have to hear from one of us to be done choosing?',
        'Thank you for having me. I’ve brought our presentation, it’s forty slides, but it goes quickly.'),
    (3, 3, 'agent', 'Honestly? A price I can believe. The first one said four-ten, the second three-sixty.', 'The other two had slides as well.'),
    (3, 4, 'rep',
        'Fifty thousand apart. Did either show you which sales they used?',
        'I’d say four-twenty. We like to aim high.'),
    (3, 5, 'agent', 'The second did. The first said he has a feeling for these things.', 'Four-twenty. And how did you get to that?'),
    (3, 6, 'rep',
        'Here are the six sales I used. Which of these houses would you say is yours?',
        'It’s experience, mostly. Trust me, I’ve done this for years.'),

    (4, 2, 'rep',
        'Hi, I’m with Northside Realty, and I know the sign says by owner. I won’t ask for the listing. May I ask how it’s going?',
        'Hi, I’m with Northside Realty. I have buyers for your area, would you work with an agent?'),
    (4, 3, 'agent', 'You’re the sixth this week. It’s going. We had a few people through.', 'If you have a buyer, bring him. If not, don’t call.'),
    (4, 4, 'rep',
        'Six of us and a few of them. Of the people who came, what did they say on the way out?',
        'I do have a buyer who’d fit, but we’d need an agreement first.'),
    (4, 5, 'agent', 'That it’s lovely. And then you hear nothing. I don’t know what they tell each other in the car.', 'There it is. You all want the same thing.'),
    (4, 6, 'rep',
        'What would it be worth to know what they say in the car?',
        'Most owners who try it alone end up listing anyway.'),

    (5, 2, 'rep',
        'You said on the phone that five percent is too much. Compared to what? I’d like to understand it before I answer.',
        'So, about the commission: five percent is standard, everybody takes it.'),
    (5, 3, 'agent', 'Compared to the fellow who does it for a flat three thousand. That’s a car, the difference.', 'Everybody except the one who does it for three thousand.'),
    (5, 4, 'rep',
        'It is a car. If we both sold it at the same price, you should take him. What did he say the price would be?',
        'Well, you get what you pay for.'),
    (5, 5, 'agent', 'He didn’t. He said I know best what it’s worth.', 'And what do I get, exactly?'),
    (5, 6, 'rep',
        'Shall we work out how far apart our prices may be before his three thousand is the more expensive one?',
        'I could maybe do four and a half, if that helps.'),

    (6, 2, 'rep',
        'It’s been ninety days, and I owe you a plain report: nineteen showings, no offer, and the same remark eleven times.',
        'So, ninety days. I think we should talk about the price.'),
    (6, 3, 'agent', 'Which remark?', 'You set the price. In March you said it was right.'),
    (6, 4, 'rep',
        'That for this money they expect two bathrooms. I read it wrong in March, and here is what has sold since.',
        'The market has changed since March.'),
    (6, 5, 'agent', 'I appreciate that you say so. But we can’t go below three-forty, the new place is signed.', 'Then the market can change back. We’re not giving it away.'),
    (6, 6, 'rep',
        'Then three-forty is our floor. Would you rather reach those who look below three-fifty now, or put in the bathroom first?',
        'If we don’t lower it, I can’t promise anything.'),

    (7, 2, 'rep',
        'Hi, Northside Realty. The house next door to you sold on Friday, and people usually want to know for how much. Do you?',
        'Hi, Northside Realty. We just sold next door! Are you thinking of selling too?'),
    (7, 3, 'agent', 'Of course I do. They had that sign out for, what, a week?', 'No. Why does everybody ask that?'),
    (7, 4, 'rep',
        'Nine days, and three eighty-five. Higher than you’d have thought, or lower?',
        'It’s a great time to sell, that’s why.'),
    (7, 5, 'agent', 'Higher. Ours has the bigger lot. Not that we’re going anywhere before the boys finish school.', 'It’s been a great time for ten years.'),
    (7, 6, 'rep',
        'When do they finish? And would it help to know each spring what it’s worth until then?',
        'Do you know anybody else who wants to sell?'),

    (8, 2, 'rep',
        'Before we look at houses: when you picture the first evening in your own place, what are you doing?',
        'So, what’s your budget, and have you been approved?'),
    (8, 3, 'agent', 'Cooking, with the door to a garden open. And nobody upstairs. We’ve had five years of upstairs.', 'Around three hundred? We don’t know. That’s why we’re here.'),
    (8, 4, 'rep',
        'A kitchen to the garden, and quiet. What have you been told so far about what you can spend?',
        'You need the approval first, otherwise nobody takes you seriously.'),
    (8, 5, 'agent', 'The bank said four hundred. It scared us, to be honest. The rent is seventeen.', 'Okay. It felt as if we could just talk today.'),
    (8, 6, 'rep',
        'What a bank lends and what lets you sleep are two numbers. Which monthly figure would let you sleep?',
        'If the bank says four hundred, that’s a lot of house, so let’s use all of it.')
),

spoken as (
    select
        number,
        id,
        '[' || string_agg(
            format(
                '{ "role": %s, "message": %s, "time": %s }',
                to_json(role),
                to_json(case
                    when position = 1 and number % 3 > 0 then good
                    when position > 1 and least(position / 2, 4) <= good_exchanges then good
                    else poor
                end),
                duration_seconds * (array[0, 3, 9, 19, 31, 45, 58, 69, 83, 94])[position] / 100
            ),
            ', ' order by position
        ) || ']' as turns
    from held join lines on lines.script in (0, held.script)
    group by number, id
)

insert into transcripts (tenant_id, session_id, turns)
select :tenant, id, turns::json
from spoken
on conflict do nothing;

commit;
