'use strict';

// Makes a document into something to try. Whatever comes from the API becomes text, never markup; the token is in the
// variable below, and nowhere else.
(() => {
    let token = '';

    const all = (selector, within = document) => [...within.querySelectorAll(selector)];
    const one = (selector, within = document) => within.querySelector(selector);

    // A file that somebody has saved has no API beside it.
    const isServed = /^https?:$/.test(location.protocol);

    // Names and values of JSON, as they stand in the text; one that was cut off goes to the end.
    const piece = /"[^"\\]*(?:\\.[^"\\]*)*"|"[^]*$|[[\]{},:]|[^\s[\]{},:"]+/g;

    // The text with a line for each value. Numbers and escapes stay as they came, which JSON.parse would not keep.
    function indented(text) {
        let depth = 0;
        let result = '';
        let before = '';
        const line = () => '\n' + '  '.repeat(depth);
        for (const [word] of text.matchAll(piece)) {
            const closes = word === '}' || word === ']';
            if (closes) depth = Math.max(0, depth - 1);
            if (closes ? !/[[{]/.test(before) : /^[[{,]$/.test(before)) result += line();
            result += word === ':' ? ': ' : word;
            if (word === '{' || word === '[') depth += 1;
            before = word.length === 1 ? word : '';
        }
        return result;
    }

    // Shows JSON with its names and values told apart.
    function paint(element, text) {
        const parts = document.createDocumentFragment();
        let end = 0;
        for (const match of text.matchAll(piece)) {
            const word = match[0];
            if (word.length === 1 && '[]{},:'.includes(word)) continue;
            const isText = word.startsWith('"');
            const after = match.index + word.length;
            const span = document.createElement('span');
            span.className = isText ? (/^\s*:/.test(text.slice(after, after + 8)) ? 'name' : 'text') : 'value';
            span.textContent = word;
            parts.append(text.slice(end, match.index), span);
            end = after;
        }
        parts.append(text.slice(end));
        element.replaceChildren(parts);
    }

    // Whoever moves by keys has to be able to reach what scrolls.
    function letScroll(block) {
        if (block.scrollWidth > block.clientWidth || block.scrollHeight > block.clientHeight) {
            block.tabIndex = 0;
            block.setAttribute('role', 'group');
            block.setAttribute('aria-label', block.dataset.label);
        } else {
            for (const name of ['tabindex', 'role', 'aria-label']) block.removeAttribute(name);
        }
    }

    function size(bytes) {
        if (bytes < 1000) return `${bytes} bytes`;
        return bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
    }

    let unsaying;

    // The clipboard is for pages over HTTPS, and of this machine; elsewhere the text is chosen, to be copied by hand.
    async function copy(button) {
        const code = one('code', button.closest('figure'));
        let word = 'Copied';
        try {
            await navigator.clipboard.writeText(code.textContent);
        } catch {
            getSelection().selectAllChildren(code);
            word = 'Chosen';
        }
        // What the press before has said is over, and its time must not end what this one says.
        clearTimeout(unsaying);
        unsay();
        one('.label', button).textContent = word;
        one('#said').textContent = word;
        unsaying = setTimeout(unsay, 2000);
    }

    function unsay() {
        for (const label of all('.copy .label')) label.textContent = 'Copy';
        one('#said').textContent = '';
    }

    function showToken() {
        one('#token-state').textContent = token
            ? 'This page has a token, until you close or reload it, or have it forgotten.'
            : 'It stays in this page, until you close or reload it: it is sent to this API and nowhere else.';
        one('#forget').hidden = !token;
        const words = token ? 'with your token' : 'without a token: set one';
        for (const link of all('.with-token')) link.textContent = words;
    }

    // Out of the field as soon as it is there, so that nothing else can read it.
    function takeToken() {
        const field = one('#token-field');
        const text = field.value.trim();
        field.value = '';
        if (!text) return;
        if (/^[!-~]+$/.test(text)) {
            token = text;
            showToken();
        } else {
            one('#token-state').textContent = 'That is no token: it has spaces or letters that no token has.';
        }
    }

    function forgetToken() {
        token = '';
        showToken();
        one('#token-field').focus();
    }

    // Path and query of the call that a form's fields make; the first has to have a value where the path needs one.
    function target(form) {
        let path = form.dataset.path;
        const query = new URLSearchParams();
        for (const field of all('[data-parameter]', form)) {
            const name = field.dataset.parameter;
            const value = field.value.trim();
            if (field.dataset.in === 'path') path = path.replace(`:${name}`, encodeURIComponent(value));
            else if (value) query.append(name, value);
        }
        return query.size ? `${path}?${query}` : path;
    }

    // What is worth seeing of a response beside its body.
    const headers = ['X-Request-Id', 'WWW-Authenticate', 'Retry-After', 'Link', 'ETag', 'Cache-Control'];

    // More than anybody reads, and less than makes a browser slow.
    const longest = 200000;

    function show(form, call, response, text, milliseconds) {
        const rows = [['Request', `GET ${call}`]];
        for (const name of headers) {
            const value = response.headers.get(name);
            if (value) rows.push([name, value]);
        }
        one('dl', form).replaceChildren(
            ...rows.flatMap((row) =>
                row.map((value, index) => {
                    const cell = document.createElement(index ? 'dd' : 'dt');
                    cell.textContent = value;
                    return cell;
                }),
            ),
        );
        const bytes = new TextEncoder().encode(text).length;
        const cut = text.length > longest ? `, of which the first ${size(longest)} are shown` : '';
        const words = `${response.status} ${response.statusText}`.trim();
        const status = one('[role=status]', form);
        status.textContent = `${words} · ${Math.round(milliseconds)} ms · ${size(bytes)}${cut}`;
        status.className = response.ok ? 'good' : 'bad';
        one('.answer', form).hidden = false;
        paint(one('.answer code', form), indented(text.slice(0, longest)));
        letScroll(one('.answer pre', form));
    }

    function showNext(form, text) {
        let cursor = null;
        try {
            cursor = JSON.parse(text).next_cursor ?? null;
        } catch {
            // No JSON, no next page.
        }
        const next = one('.next', form);
        const field = one('[data-parameter=cursor]', form);
        const hadFocus = next === document.activeElement;
        next.hidden = !(cursor && field);
        next.onclick = () => {
            field.value = cursor;
            field.dataset.next = cursor;
            form.requestSubmit();
        };
        if (next.hidden && hadFocus) one('[type=submit]', form).focus();
    }

    // The place of a next page is one in the list that it came from, and no other list is read from there.
    function startOver(form, changed) {
        const field = one('[data-parameter=cursor]', form);
        if (!field) return;
        if (changed !== field && field.value === field.dataset.next) field.value = '';
        // One that somebody has typed stays.
        if (changed === field) delete field.dataset.next;
    }

    const calls = new Map();

    async function send(form) {
        takeToken();
        calls.get(form)?.abort();
        const abort = new AbortController();
        calls.set(form, abort);
        const status = one('[role=status]', form);
        status.className = '';
        status.textContent = 'Asking …';
        const call = target(form);
        const began = performance.now();
        try {
            const response = await fetch(call, {
                headers: token ? { Authorization: `Bearer ${token}` } : {},
                credentials: 'omit',
                cache: 'no-store',
                redirect: 'error',
                referrerPolicy: 'no-referrer',
                signal: abort.signal,
            });
            const text = await response.text();
            show(form, call, response, text, performance.now() - began);
            showNext(form, text);
        } catch {
            if (calls.get(form) !== abort) return;
            one('.answer', form).hidden = true;
            status.className = 'bad';
            status.textContent = 'No answer: the server cannot be reached, or the response was cut. Try again.';
        }
    }

    function scrollAll() {
        for (const block of all('pre')) letScroll(block);
    }

    if (isServed) for (const place of all('.origin')) place.textContent = location.origin;
    for (const code of all('code.json')) paint(code, code.textContent);
    for (const button of all('.copy')) {
        button.hidden = false;
        button.addEventListener('click', () => copy(button));
    }
    scrollAll();
    addEventListener('resize', scrollAll);
    if (!isServed) return;

    for (const part of all('.script')) part.hidden = false;
    const form = one('#token');
    form.addEventListener('submit', (event) => {
        event.preventDefault();
        takeToken();
    });
    one('#token-field').addEventListener('change', takeToken);
    one('#forget').addEventListener('click', forgetToken);
    for (const form of all('form[data-path]')) {
        form.addEventListener('submit', (event) => {
            event.preventDefault();
            send(form);
        });
        form.addEventListener('input', (event) => startOver(form, event.target));
    }
    showToken();
})();
