// The page at work: what is wished for, in the address bar and in the field; what is shown; and the keys.

import { Line, bring, get } from './ask.js';
import * as draw from './draw.js';
import { grouped } from './text.js';

const SHOWN = 20;
const DEPTH = 10_000;
/** Pages that come by themselves when the end is in sight; then the button is pressed. */
const BY_THEMSELVES = 5;

const part = (id) => document.getElementById(id);
const form = part('ask');
const field = part('q');
const body = document.querySelector('.body');

const searches = new Line();
const entries = new Line();
const hints = new Line();

/** What is shown: the wish it answers, the answer, the hits so far, and the element of each. */
let shown = { wish: undefined, answer: undefined, hits: [], tracks: new Map() };
let wish = read();
/** Whether the address in the bar is one to come back to; if not, the next one takes its place. */
let isSettled = true;
let settling;
let retrying;
let pages = 0;
/** The match of the open entry that was stepped to. */
let here = -1;

function read() {
  const pairs = new URLSearchParams(location.search);
  const offset = Number.parseInt(pairs.get('offset') ?? '0', 10);
  return {
    query: pairs.get('q') ?? '',
    sort: pairs.get('sort') || 'score',
    artists: pairs.getAll('artist').filter(Boolean),
    offset: offset > 0 && offset <= DEPTH - SHOWN ? offset : 0,
    open: pairs.get('open') ?? '',
  };
}

const isBlank = (of) => of.query.trim() === '';
const isSameSearch = (a, b) => a && b && draw.address({ ...a, open: '' }) === draw.address({ ...b, open: '' });

/** Changes the wish. A step is an address of its own to come back to; typing is one until it rests. */
function want(changes, isStep = true) {
  const next = { ...wish, ...changes };
  const target = draw.address(next);
  if (target !== location.pathname + location.search) {
    const isNew = isStep || isSettled;
    history[isNew ? 'pushState' : 'replaceState'](null, '', target);
  }
  isSettled = isStep;
  clearTimeout(settling);
  if (!isStep) settling = setTimeout(() => { isSettled = true; }, 1500);
  wish = next;
  return show();
}

/** Shows what is wished for. */
async function show() {
  document.title = isBlank(wish) ? 'needledrop' : `${wish.query} – needledrop`;
  clearTimeout(retrying);
  try {
    const [answer, found] = await Promise.all([search(), entry()]);
    if (answer !== undefined) put(answer, found);
  } catch (error) {
    if (error.kind === undefined) throw error;
    wrong(error);
  }
}

function search() {
  if (isSameSearch(shown.wish, wish)) {
    searches.drop();
    return Promise.resolve(shown.answer);
  }
  const pairs = isBlank(wish)
    ? [['q', '*'], ['n', 0], ['facet', 'artists']]
    : [['q', wish.query], ['n', SHOWN], ['offset', wish.offset], ['sort', wish.sort], ['facet', 'artists'],
      ...wish.artists.map((name) => ['only', `artists:${name}`])];
  return searches.next((signal) => get('/api/search', pairs, signal));
}

async function entry() {
  if (!wish.open) {
    entries.drop();
    return undefined;
  }
  const { open, query } = wish;
  try {
    return await entries.next((signal) => get(`/api/entries/${encodeURIComponent(open)}`, [['q', query]], signal));
  } catch (error) {
    // The entry has gone since the link was made; the search has not.
    if (error.kind === 'missing') return undefined;
    throw error;
  }
}

/** Puts an answer in the place of what is shown, keeping every element that stays the same. */
function put(answer, found) {
  const isSame = shown.answer === answer;
  const focused = document.activeElement?.closest?.('.track')?.dataset.id;
  if (!isSame) {
    shown = { wish, answer, hits: [...answer.hits], tracks: shown.tracks };
    pages = 0;
    part('status').textContent = isBlank(wish) ? '' : draw.status(answer);
    part('remarks').replaceChildren(...(isBlank(wish) ? [] : draw.remarks(wish, answer)));
    part('artists').replaceChildren(...(isBlank(wish) ? [] : draw.artists(wish, answer)));
    body.classList.toggle('blank', isBlank(wish));
    if (isBlank(wish)) part('catalogue').textContent = `${grouped(answer.total)} ${answer.total === 1 ? 'write-up' : 'write-ups'}`;
  }
  shown.wish = wish;
  results(found);
  if (focused && document.activeElement === document.body) link(focused)?.focus();
}

function results(found) {
  const { answer, hits } = shown;
  const parts = [];
  const others = found && !hits.some((hit) => hit.id === found.id) ? [{ id: found.id }] : [];
  if (hits.length + others.length > 0) {
    const list = document.createElement('ol');
    list.className = 'tracks';
    const tracks = new Map();
    for (const hit of [...others, ...hits]) {
      const isOpen = found?.id === hit.id;
      const { score, ...seen } = hit;
      const key = JSON.stringify([draw.address(wish), seen, isOpen ? found : null]);
      const known = shown.tracks.get(hit.id);
      const item = known?.key === key ? known.item : drawn(hit, isOpen ? found : undefined);
      tracks.set(hit.id, { key, item });
      list.append(item);
    }
    shown.tracks = tracks;
    parts.push(list);
  } else if (!isBlank(wish)) {
    parts.push(draw.nothing(wish));
  }
  if (isBlank(wish)) parts.push(draw.landing(answer));
  const next = wish.offset + hits.length;
  const isMore = hits.length > 0 && next < answer.total && next + SHOWN <= DEPTH && hits.length % SHOWN === 0;
  if (isMore) parts.push(draw.more(wish, next));
  part('results').replaceChildren(...parts);
  if (isMore) watched.observe(part('more'));
}

function drawn(hit, found) {
  const item = draw.track(wish, hit, found);
  if (found) {
    here = -1;
    const { place, row } = draw.stepper(marks(item).length, step);
    place.id = 'place';
    item.querySelector('.liner').prepend(row);
  }
  return item;
}

function wrong(error) {
  searches.drop();
  shown = { wish: undefined, answer: undefined, hits: [], tracks: new Map() };
  part('status').textContent = '';
  part('remarks').replaceChildren();
  part('artists').replaceChildren();
  body.classList.add('blank');
  part('results').replaceChildren(draw.trouble(error, show, (text) => { bring(text); show(); }));
  const mayPass = ['missing', 'busy', 'away', 'locked', 'internal', 'io', 'corrupt'];
  if (mayPass.includes(error.kind)) retrying = setTimeout(show, 1500);
}

async function further() {
  const { wish: asked, hits } = shown;
  const offset = asked.offset + hits.length;
  try {
    const pairs = [['q', asked.query], ['n', SHOWN], ['offset', offset], ['sort', asked.sort],
      ...asked.artists.map((name) => ['only', `artists:${name}`])];
    const answer = await searches.next((signal) => get('/api/search', pairs, signal));
    if (answer === undefined || shown.hits !== hits) return;
    const known = new Set(hits.map((hit) => hit.id));
    shown.hits = [...hits, ...answer.hits.filter((hit) => !known.has(hit.id))];
    if (answer.hits.length === 0) shown.answer.total = shown.hits.length + asked.offset;
    results(await entry());
  } catch (error) {
    if (error.kind === undefined) throw error;
    wrong(error);
  }
}

const watched = new IntersectionObserver(([seen]) => {
  watched.disconnect();
  if (seen.isIntersecting && pages < BY_THEMSELVES) {
    pages += 1;
    further();
  } else if (part('more')) {
    if (pages < BY_THEMSELVES) watched.observe(part('more'));
  }
}, { rootMargin: '200px' });

async function hint() {
  const query = field.value;
  if (!/[\p{L}\p{N}]$/u.test(query)) {
    hints.drop();
    part('completions').replaceChildren();
    return;
  }
  try {
    const answer = await hints.next((signal) => get('/api/suggest', [['q', query], ['n', 6]], signal));
    if (answer === undefined) return;
    const others = answer.suggestions.filter(({ text }) => text.toLowerCase() !== query.toLowerCase());
    part('completions').replaceChildren(...draw.completions(others, (text) => {
      field.value = text;
      part('completions').replaceChildren();
      field.focus();
      want({ query: text, artists: [], offset: 0, open: '' });
    }));
  } catch { /* what is wrong is shown where the results stand */ }
}

// Typing.

field.addEventListener('input', (event) => {
  if (event.isComposing) return;
  want({ query: field.value, artists: [], offset: 0, open: '' }, false);
  hint();
});
field.addEventListener('compositionend', () => {
  want({ query: field.value, artists: [], offset: 0, open: '' }, false);
  hint();
});
form.addEventListener('submit', (event) => {
  event.preventDefault();
  part('completions').replaceChildren();
  hints.drop();
  isSettled = true;
  if (field.value !== wish.query) want({ query: field.value, artists: [], offset: 0, open: '' });
});
form.addEventListener('change', (event) => {
  if (event.target.name === 'sort') want({ sort: event.target.value, offset: 0, open: '' });
});

// Links are addresses, and work as such; a plain click stays on the page.

document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a');
  if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const id = link.closest('.track')?.dataset.id;
  const target = new URL(link.href, location.href);
  if (target.origin !== location.origin || target.pathname !== '/' || link.classList.contains('skip')) return;
  event.preventDefault();
  if (link.id === 'more') {
    further();
  } else if (id !== undefined && link.closest('h3')) {
    toggle(id);
  } else if (link.dataset.artist !== undefined) {
    const name = link.dataset.artist;
    const artists = wish.artists.includes(name) ? wish.artists.filter((known) => known !== name) : [...wish.artists, name];
    want({ artists, offset: 0, open: '' });
  } else if (link.classList.contains('widen')) {
    want({ artists: [], offset: 0 });
  } else {
    field.value = link.dataset.query ?? '';
    field.focus();
    part('completions').replaceChildren();
    want({ query: field.value, artists: [], offset: 0, open: '' });
  }
});

addEventListener('popstate', () => {
  const before = wish.open;
  isSettled = true;
  clearTimeout(settling);
  wish = read();
  if (field.value !== wish.query) field.value = wish.query;
  part('completions').replaceChildren();
  radios();
  show().then(() => {
    if (before && !wish.open) link(before)?.focus();
  });
});

function radios() {
  const known = form.querySelector(`input[name=sort][value="${CSS.escape(wish.sort)}"]`) ?? form.querySelector('input[name=sort]');
  if (known) known.checked = true;
}

// An open entry.

const link = (id) => document.querySelector(`.track[data-id="${CSS.escape(id)}"] h3 a`);
const marks = (item) => [...item.querySelectorAll('mark')];

async function toggle(id) {
  const isOpen = wish.open === id;
  await want({ open: isOpen ? '' : id });
  link(id)?.focus({ preventScroll: true });
  link(id)?.scrollIntoView({ block: 'nearest' });
}

/** Goes to the next match of the open entry, or back; behind the last comes the first. */
function step(by) {
  const item = document.querySelector('.track.open');
  const all = item ? marks(item) : [];
  if (all.length === 0) return;
  all[here]?.classList.remove('here');
  here = here < 0 ? (by > 0 ? 0 : all.length - 1) : (here + by + all.length) % all.length;
  all[here].classList.add('here');
  all[here].scrollIntoView({ block: 'center' });
  part('place').textContent = `match ${here + 1} of ${all.length}`;
}

// Keys.

function move(by) {
  const links = [...document.querySelectorAll('.track h3 a')];
  const at = links.indexOf(document.activeElement?.closest('.track')?.querySelector('h3 a'));
  const next = at < 0 ? (by > 0 ? 0 : -1) : at + by;
  if (next < 0) field.focus();
  else links[Math.min(next, links.length - 1)]?.focus();
}

function escape(event) {
  if (wish.open) {
    event.preventDefault();
    toggle(wish.open);
  } else if (document.activeElement !== field) {
    event.preventDefault();
    field.focus();
    field.select();
  }
}

addEventListener('keydown', (event) => {
  if (event.isComposing || event.metaKey || event.ctrlKey || event.altKey) return;
  const active = document.activeElement;
  const isTyping = active?.matches('input:not([type=radio])') ?? false;
  const isAmong = active === field || active === document.body || active?.id === 'results' || active?.closest?.('.track');
  if (event.key === 'Escape') escape(event);
  else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && isAmong) {
    event.preventDefault();
    move(event.key === 'ArrowDown' ? 1 : -1);
  } else if (isTyping) return;
  else if (event.key === '/') {
    event.preventDefault();
    field.focus();
    field.select();
  } else if (event.key === 'n' && wish.open) step(1);
  else if (event.key === 'p' && wish.open) step(-1);
});

// A browser that brings back a typed field brings it back without its results.
if (field.value !== wish.query && field.value !== '') want({ query: field.value }, false);
else show();
document.documentElement.dataset.script = 'on';
