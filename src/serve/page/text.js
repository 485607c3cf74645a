// Text as it is shown, and elements made of it. Nothing here or elsewhere makes markup from text.

const isShownByNumber = (code) =>
  (code < 0x20 && code !== 9 && code !== 10 && code !== 13) || (code >= 0x7f && code <= 0x9f) ||
  (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || (code >= 0xe0000 && code <= 0xe007f);

/** What turns text around, or what nobody sees but a program obeys, is shown by its number; `html.rs` does the same. */
export function visible(text) {
  let out = '';
  for (const c of String(text)) {
    const code = c.codePointAt(0);
    out += isShownByNumber(code) ? `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›` : c;
  }
  return out;
}

/** `36,266`. */
export const grouped = (number) => number.toLocaleString('en');

/** An element with attributes and children; a child that is no element is text. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(key, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== undefined).map((child) =>
    child instanceof Node ? child : visible(child)));
  return element;
}

/** Pieces of text, those that matched in marks. */
export const pieces = (fragment) => fragment.map((piece) => piece.match ? make('mark', {}, piece.text) : piece.text);
