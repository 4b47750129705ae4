import { isIP } from "node:net";

/** Kinds of names, after which their replacements are called. */
export type NameKind =
  "address" | "cluster" | "filter" | "host" | "listener" | "name" | "node" | "pod" | "stack";

/** What stands for a text that may name anything. */
export const WITHHELD = "(withheld)";

const IPV4 = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d)/g;
/** Whatever may be an IPv6 address; whether it is one is asked afterwards. */
const IPV6 = /[0-9a-f]*:[0-9a-f:]*:[0-9a-f:.]*/gi;
const QUOTED = /"[^"]*"|'[^']*'|`[^`]*`/g;
/** `shop/web`, a path, or a URL. */
const SLASHED = /(?:[\w.-]+:)?\/?[\w.-]+(?:\/[\w.-]+)+/g;
/** `db.shop.example`, and `cluster.local` too; no number such as 1.5. */
const DOTTED = /(?<![\w./-])[\w-]*[a-z_][\w-]*(?:\.[\w-]+)+/gi;
/** `web-6978586689-fzzzb`, as workloads name their pods. */
const NUMBERED = /(?<![\w-])(?=[\w-]*\d)[a-z]+(?:-[\w]+)+/gi;

/** Names that are Istio's, Envoy's or this program's own, and words that only look like names. */
const PUBLIC =
  /^envoy\.filters\.|^istio-(idle-timeout|init|proxy)$|^tcp\.PassthroughCluster\b|^docs\/|^(e\.g|i\.e)$|^(address|cluster|filter|host|listener|name|node|pod|stack)-\d+$/;

/** Replaces names, each always by the same word. */
export interface Names {
  /** Returns the word for a name. */
  of: (kind: NameKind, name: string) => string;
  /** Returns a text without the names that are known by then, nor anything that looks like one. */
  text: (text: string) => string;
}

export function makeNames(): Names {
  const words = new Map<string, string>();
  const counts = new Map<NameKind, number>();
  const of = (kind: NameKind, name: string): string => {
    const known = words.get(name);
    if (known !== undefined) {
      return known;
    }
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    const word = `${kind}-${count}`;
    words.set(name, word);
    return word;
  };
  const unlessPublic = (found: string): string => (PUBLIC.test(found) ? found : of("name", found));
  let known = /(?!)/g;
  let size = 0;
  const text = (given: string): string => {
    if (size !== words.size) {
      // Once for many texts: a run has up to two thousand connections.
      const longestFirst = [...words.keys()].sort((a, b) => b.length - a.length);
      known = new RegExp(
        `(?<![\\w-])(?:${longestFirst.map(escapeRegExp).join("|")})(?![\\w-])`,
        "g",
      );
      size = words.size;
    }
    return given
      .replaceAll(known, (found) => words.get(found) ?? WITHHELD)
      .replaceAll(QUOTED, WITHHELD)
      .replaceAll(IPV4, (found) => of("address", found))
      .replaceAll(IPV6, (found) => (isIP(found) === 0 ? found : of("address", found)))
      .replaceAll(SLASHED, unlessPublic)
      .replaceAll(DOTTED, unlessPublic)
      .replaceAll(NUMBERED, unlessPublic);
  };
  return { of, text };
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
