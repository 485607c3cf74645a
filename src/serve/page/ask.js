// Asking the server: one question of a kind at a time, and only the newest is answered.

let token = '';
try { token = sessionStorage.getItem('token') ?? ''; } catch { /* storage is off: the token is asked for again */ }

/** Remembers the token for as long as the tab is open. */
export function bring(text) {
  token = text;
  try { sessionStorage.setItem('token', text); } catch { /* as above */ }
}

/** What the server, or the way to it, says is wrong. */
export class Trouble extends Error {
  constructor({ kind, message, hint }) {
    super(message);
    this.kind = kind;
    this.hint = hint;
  }
}

/** The JSON at a path. */
export async function get(path, pairs, signal) {
  const search = new URLSearchParams(pairs);
  let response;
  try {
    response = await fetch(`${path}?${search}`, {
      signal,
      headers: token ? { authorization: `Bearer ${token}` } : {},
    });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Trouble({ kind: 'away', message: 'The server does not answer.', hint: 'It is asked again all the time.' });
  }
  let answer;
  try {
    answer = await response.json();
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Trouble({ kind: 'internal', message: `The server answered something else (${response.status}).` });
  }
  if (!response.ok) throw new Trouble(answer.error ?? { kind: 'internal', message: `status ${response.status}` });
  return answer;
}

/** A line of questions: asking the next gives up the one before, whose answer is never heard. */
export class Line {
  #turn = 0;
  #running;

  /** Runs `work(signal)`; gives `undefined` when something newer was asked meanwhile. */
  async next(work) {
    const turn = ++this.#turn;
    this.#running?.abort();
    const running = this.#running = new AbortController();
    try {
      const answer = await work(running.signal);
      return turn === this.#turn ? answer : undefined;
    } catch (error) {
      if (turn !== this.#turn || error.name === 'AbortError') return undefined;
      throw error;
    }
  }

  /** Gives up what is being asked. */
  drop() {
    this.#turn += 1;
    this.#running?.abort();
  }
}
