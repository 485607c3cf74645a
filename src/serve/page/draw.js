// Answers as elements: the same as `results.rs` writes, so that nothing moves when the one takes the other's place.

import { grouped, make, pieces, visible } from './text.js';

const NARROWING = 24;
const CREDITED = 6;
const OURS = ['title', 'artists', 'aliases', 'prose'];

/** The address of a wish. */
export function address(wish) {
  const pairs = new URLSearchParams([['q', wish.query]]);
  if (wish.sort !== 'score') pairs.append('sort', wish.sort);
  for (const name of wish.artists) pairs.append('artist', name);
  if (wish.offset > 0) pairs.append('offset', wish.offset);
  if (wish.open) pairs.append('open', wish.open);
  return `/?${pairs}`;
}

/** How many there are, in words. */
export function status(answer) {
  if (answer.total === 0) return 'nothing found';
  if (answer.total_is === 'at_least') return `at least ${grouped(answer.total)} write-ups`;
  return answer.total === 1 ? '1 write-up' : `${grouped(answer.total)} write-ups`;
}

function mend(wish, query) {
  const href = address({ query, sort: wish.sort, artists: [], offset: 0, open: '' });
  return make('a', { class: 'mend', dir: 'auto', href, 'data-query': query }, query);
}

/** Likely mistakes, each with a link that mends it. */
export function remarks(wish, answer) {
  const all = [];
  if (answer.did_you_mean !== null) all.push(make('p', {}, 'Did you mean ', mend(wish, answer.did_you_mean), '?'));
  for (const { message, mended } of answer.warnings) {
    all.push(make('p', {}, message, mended === null ? [] : [': ', mend(wish, mended.trim())]));
  }
  return all;
}

/** The artists to narrow by, those chosen first. */
export function artists(wish, answer) {
  const values = answer.facets.artists ?? [];
  if (values.length === 0 && wish.artists.length === 0) return [];
  const item = (name, count, chosen) => {
    const names = chosen ? wish.artists.filter((known) => known !== name) : [...wish.artists, name];
    const href = address({ ...wish, artists: names, offset: 0, open: '' });
    return make('li', {}, make('a', { class: chosen ? 'chosen' : undefined, href, 'data-artist': name },
      make('span', { dir: 'auto' }, name), ' ', make('span', { class: 'count' }, count)));
  };
  const others = values.filter(({ value }) => !wish.artists.includes(value)).slice(0, NARROWING);
  return [make('h2', {}, 'Artists'), make('ul', {},
    wish.artists.map((name) => item(name, 'all again', true)),
    others.map(({ value, count }) => item(value, grouped(count), false)))];
}

function year(entry) {
  const value = entry.year;
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && [...value].length <= 12 ? value : undefined;
}

function heading(wish, number, id, entry, highlight) {
  const isOpen = wish.open === id;
  const href = address({ ...wish, open: isOpen ? '' : id });
  const title = (highlight.title ?? [[{ text: entry.title }]]).map(pieces);
  const when = year(entry);
  return make('div', { class: 'line' },
    make('span', { class: 'position', 'aria-hidden': 'true' }, number),
    make('h3', {}, make('a', { dir: 'auto', href, 'aria-expanded': String(isOpen) }, title)),
    when === undefined ? [] : make('span', { class: 'year' }, when));
}

function credits(names, fragments, most) {
  if (names.length === 0) return [];
  const whole = (fragment) => fragment.map((piece) => piece.text).join('');
  const shown = [];
  let leftOut = 0;
  for (const name of names) {
    const fragment = fragments.find((known) => whole(known) === name);
    if (shown.length >= most && !fragment?.some((piece) => piece.match)) leftOut += 1;
    else shown.push(make('bdi', {}, pieces(fragment ?? [{ text: name }])));
  }
  const rest = leftOut === 0 ? [] : make('span', {}, `and ${leftOut} ${leftOut === 1 ? 'other' : 'others'}`);
  return make('p', { class: 'credits' }, shown, rest);
}

function closed(hit) {
  const passages = Object.entries(hit.highlight).filter(([field]) => field !== 'title' && field !== 'artists');
  return [
    credits(hit.entry.artists, hit.highlight.artists ?? [], CREDITED),
    ...passages.flatMap(([field, fragments]) => fragments.map((fragment) =>
      make('p', { class: 'passage', dir: 'auto' },
        field === 'prose' ? [] : [make('span', { class: 'field' }, field), ' '], pieces(fragment)))),
  ];
}

/** A text in paragraphs, its pieces kept. */
function paragraphs(fragment) {
  const all = [[]];
  for (const piece of fragment) {
    piece.text.split('\n\n').forEach((text, at) => {
      if (at > 0) all.push([]);
      if (text) all.at(-1).push({ ...piece, text });
    });
  }
  return all.filter((paragraph) => paragraph.some((piece) => piece.text.trim()));
}

/** Whether a text is an address that may be followed: never `javascript:` and its like. */
function isLink(text) {
  if (!/^https?:\/\/[^\s\p{Cc}]+$/u.test(text)) return false;
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}

function values(value) {
  if (Array.isArray(value)) return value.map(values);
  if (typeof value !== 'string') return make('bdi', {}, JSON.stringify(value));
  const text = make('bdi', {}, value);
  return isLink(value) ? make('a', { rel: 'noopener noreferrer', href: value }, text) : text;
}

function opened({ entry, source, highlight }) {
  const row = (name, ...value) => make('div', {}, make('dt', {}, name), make('dd', {}, value));
  const keys = Object.entries(entry).filter(([key]) => !OURS.includes(key));
  const rows = keys.map(([key, value]) => typeof value === 'string' && highlight[key]
    ? row(key, highlight[key].map((fragment) => make('bdi', {}, pieces(fragment))))
    : row(key, values(value)));
  if (entry.aliases) rows.push(row('also', entry.aliases.map((name) => make('bdi', {}, name))));
  if (source) rows.push(row('file', make('bdi', {}, `${source.path}:${source.line}`)));
  return [
    credits(entry.artists, highlight.artists ?? [], Infinity),
    make('div', { class: 'liner' },
      make('div', { class: 'prose' }, (highlight.prose ?? []).flatMap(paragraphs).map((paragraph) =>
        make('p', { dir: 'auto' }, pieces(paragraph)))),
      make('dl', {}, rows)),
  ];
}

/** A hit; with `found`, the whole entry in its place. */
export function track(wish, hit, found) {
  const item = make('li', { class: found ? 'track open' : 'track', 'data-id': hit.id });
  const { entry, highlight } = found ?? hit;
  item.append(heading(wish, hit.position ?? '', hit.id, entry, highlight), ...[found ? opened(found) : closed(hit)].flat(Infinity));
  return item;
}

/** The row that steps through the matches of an open entry. */
export function stepper(count, step) {
  const place = make('span', { class: 'place', role: 'status' }, count === 0 ? 'no matches' : `${grouped(count)} ${count === 1 ? 'match' : 'matches'}`);
  const button = (label, sign, by) => {
    const made = make('button', { type: 'button', 'aria-label': label }, sign);
    made.addEventListener('click', () => step(by));
    return made;
  };
  return { place, row: make('div', { class: 'steps' }, place,
    count === 0 ? [] : [button('previous match', '↑', -1), button('next match', '↓', 1)]) };
}

/** The link to further hits. */
export const more = (wish, offset) =>
  make('p', { class: 'more' }, make('a', { id: 'more', href: address({ ...wish, offset, open: '' }) }, 'More'));

/** What is shown when nothing was found. */
export function nothing(wish) {
  const words = make('p', {}, 'No write-up has ', make('q', { dir: 'auto' }, wish.query));
  if (wish.artists.length > 0) {
    const href = address({ ...wish, artists: [], open: '' });
    words.append(' with the artists chosen. ', make('a', { class: 'widen', href }, 'Search with all artists'));
  } else {
    words.append('. Fewer or other words may find it; a word’s beginning and a star finds all that begin so.');
  }
  return make('div', { class: 'state' }, make('h2', {}, 'Not in this collection'), words);
}

const CRIB = [
  ['lou reed', 'either word; both together rank higher'],
  ['"thin white duke"', 'these words, in this order'],
  ['kubri*', 'words that begin like this'],
  ['artist:bowie', 'in one field'],
  ['+strauss -richard', 'with the one, without the other'],
  ['year:1970..1979', 'between two numbers'],
];

/** What is shown before anything is asked. */
export function landing(answer) {
  const names = (answer.facets.artists ?? []).slice(0, 40).flatMap(({ value, count }) => {
    const query = `artist:"${value.replace(/["\\]/g, ' ')}"`;
    const href = address({ query, sort: 'score', artists: [], offset: 0, open: '' });
    return [make('a', { class: 'mend', href, 'data-query': query },
      make('bdi', {}, value), ' ', make('span', { class: 'count' }, grouped(count))), ' '];
  });
  return make('div', { class: 'landing' },
    make('div', {}, make('h2', {}, 'Most credited'), make('p', { class: 'names' }, names)),
    make('div', {}, make('h2', {}, 'How to ask'), make('dl', { class: 'crib' },
      CRIB.map(([query, meaning]) => make('div', {}, make('dt', {}, query), make('dd', {}, meaning))))));
}

const HEADINGS = {
  missing: 'Nothing on the turntable',
  token: 'Members only',
  busy: 'One moment',
  'too-long': 'One moment',
  usage: 'That is too much at once',
};

/** What is shown when something is wrong. */
export function trouble(error, again, bringToken) {
  const state = make('div', { class: 'state', 'data-kind': error.kind },
    make('h2', {}, HEADINGS[error.kind] ?? 'The needle skipped'), make('p', {}, error.message));
  if (error.hint) state.append(make('p', { class: 'hint' }, error.hint));
  if (error.kind === 'token') {
    const field = make('input', { type: 'password', id: 'token', autocomplete: 'current-password', required: '' });
    const form = make('form', { class: 'token' }, make('label', { for: 'token' }, 'Token'), field, make('button', {}, 'Enter'));
    form.addEventListener('submit', (event) => { event.preventDefault(); bringToken(field.value.trim()); });
    state.append(form);
  } else if (error.kind !== 'usage') {
    const button = make('button', { type: 'button' }, 'Try again');
    button.addEventListener('click', again);
    state.append(make('p', {}, button));
  }
  return state;
}

/** Completions as buttons. */
export function completions(suggestions, take) {
  return suggestions.map(({ text, kind }) => {
    const button = make('button', { type: 'button', 'data-kind': kind, dir: 'auto' }, visible(text));
    button.addEventListener('click', () => take(text, kind));
    return button;
  });
}
