import { markupText } from "../safeText.ts";

/** Text that is HTML or SVG already; every other text is escaped where it goes into such. */
export interface Markup {
  readonly markup: string;
}

export type Child = string | Markup;

/** Attributes of an element; one that is undefined is left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Elements of HTML that have no content and no end. */
const EMPTY: readonly string[] = ["meta", "br"];

/** Makes an element. Its name and the names of its attributes are the program's own, never from outside. */
export function element(name: string, attributes: Attributes, ...children: Child[]): Markup {
  const written = Object.entries(attributes)
    .filter((entry): entry is [string, string | number] => entry[1] !== undefined)
    .map(([key, value]) => ` ${key}="${markupText(String(value))}"`)
    .join("");
  const end = EMPTY.includes(name) ? "" : `</${name}>`;
  return { markup: `<${name}${written}>${join(children).markup}${end}` };
}

/** Makes one piece of several. */
export function join(children: readonly Child[], separator = ""): Markup {
  return {
    markup: children
      .map((child) => (typeof child === "string" ? markupText(child) : child.markup))
      .join(separator),
  };
}

/** Makes text of several lines, each as it is. */
export function lines(text: string): Markup {
  return { markup: text.split("\n").map(markupText).join("\n") };
}

/** Makes the content of a `style` element, which escapes nothing: the program's own text only. */
export function rawStyle(css: string): Markup {
  return { markup: css };
}
