import { createHash } from "node:crypto";
import type { Block, Figure, PageDocument, Section, TableBlock } from "./document.ts";
import { element, join, lines, rawStyle } from "./markup.ts";
import type { Markup } from "./markup.ts";
import { STYLE } from "./style.ts";

/** Nothing is loaded and nothing runs: only the page's own style applies. */
const POLICY =
  `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; ` +
  "base-uri 'none'; form-action 'none'";

/** A table with so many columns scrolls on a phone rather than have words of a letter a line. */
const WIDE = 5;

/** Writes a page as one HTML file without scripts, which opens from disk. */
export function htmlPage(page: PageDocument): string {
  const { answer, lead, sections, title } = page;
  const head = element(
    "head",
    {},
    element("meta", { charset: "utf-8" }),
    element("meta", { "http-equiv": "Content-Security-Policy", content: POLICY }),
    element("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
    element("meta", { name: "referrer", content: "no-referrer" }),
    element("title", {}, `${title}: ${answer}`),
    element("style", {}, rawStyle(STYLE)),
  );
  const body = element(
    "body",
    {},
    element("a", { class: "skip", href: "#measured" }, "Skip to what was measured"),
    element(
      "header",
      {},
      element("h1", {}, title),
      element("p", { class: "answer" }, answer),
      ...lead.map((sentence) => element("p", {}, sentence)),
    ),
    element("nav", { "aria-label": "Sections" }, element("ul", {}, ...sections.map(linkTo))),
    element("main", {}, ...sections.map(writeSection)),
  );
  return `<!doctype html>\n${element("html", { lang: "en" }, head, "\n", body).markup}\n`;
}

function linkTo({ id, title }: Section): Markup {
  return element("li", {}, element("a", { href: `#${id}` }, title));
}

function writeSection({ id, title, blocks }: Section): Markup {
  const heading = element("h2", { id: `${id}-title` }, title);
  const names = { id, "aria-labelledby": `${id}-title` };
  return join([element("section", names, heading, ...blocks.map(writeBlock)), "\n"]);
}

function writeBlock(block: Block): Markup {
  switch (block.kind) {
    case "paragraph":
      return element("p", {}, block.text);
    case "list":
      return element("ul", {}, ...block.items.map((item) => element("li", {}, item)));
    case "table":
      return writeTable(block);
    case "figure":
      return writeFigure(block);
    case "code":
      return scrolling(block.label, element("pre", {}, element("code", {}, lines(block.text))));
    case "part":
      return join([element("h3", {}, block.title), ...block.blocks.map(writeBlock)]);
    case "folded":
      return element(
        "details",
        {},
        element("summary", {}, block.summary),
        ...block.blocks.map(writeBlock),
      );
  }
}

/** A group that the keyboard can scroll. */
function scrolling(label: string, content: Markup): Markup {
  const names = { class: "scroll", role: "group", "aria-label": label, tabindex: 0 };
  return element("div", names, content);
}

function writeTable({ caption, header, rows }: TableBlock): Markup {
  const titles = header.map((title) => element("th", { scope: "col" }, title));
  const cells = rows.map(([first = "", ...rest]) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, first),
      ...rest.map((cell) => element("td", {}, cell)),
    ),
  );
  return scrolling(
    caption,
    element(
      "table",
      { class: header.length >= WIDE ? "wide" : undefined },
      element("caption", {}, caption),
      element("thead", {}, element("tr", {}, ...titles)),
      element("tbody", {}, ...cells),
    ),
  );
}

function writeFigure({ title, description, svg, table }: Figure): Markup {
  return element(
    "figure",
    {},
    element("figcaption", {}, title),
    element("p", { class: "about" }, description),
    element("div", { class: "plot" }, svg),
    element("details", {}, element("summary", {}, `${title}, as a table`), writeTable(table)),
  );
}
