import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { measurement, control, runRecord } from "../../cli/records.ts";
import { htmlOf, markdownOf } from "./reporting.ts";

const MARKUP = `<script>alert(1)</script><img src=x onerror=alert(2)>"'&`;
const BIDI = "a\u202eb\u2066c";
const ESCAPE = "\u001b]0;owned\u0007";
const HOSTILE = `${MARKUP}${BIDI}${ESCAPE}\r\n# heading\n[link](javascript:x)`;

/** A record whose every free field holds what a cluster may not say to a browser or a terminal. */
const RECORD = runRecord({
  run: HOSTILE,
  istioVersion: HOSTILE,
  envoyVersion: HOSTILE,
  notes: [HOSTILE],
  effective: {
    ...runRecord().effective,
    ...{ listener: HOSTILE, filterChain: HOSTILE, cluster: HOSTILE, awaitFirstBytes: [HOSTILE] },
  },
  nodes: { withSidecar: HOSTILE, withoutSidecar: HOSTILE },
  samples: [
    measurement({
      ...{ pod: HOSTILE, error: HOSTILE, end: "error", greeting: HOSTILE },
      idleLimit: { setting: HOSTILE, ms: 12_000 },
      idleTimeouts: { name: HOSTILE, before: 0, after: 1, due: 1 },
      debugLog: [HOSTILE],
      notes: [HOSTILE],
      proxy: {
        ...{ durationMs: 10_001, responseFlags: HOSTILE, closeReason: HOSTILE },
        ...{ upstreamClose: HOSTILE, upstreamLocal: HOSTILE, upstreamCluster: HOSTILE },
      },
      use: { firstWrite: HOSTILE, read: HOSTILE, secondWrite: HOSTILE },
    }),
    control({ pod: HOSTILE, unreachableAfter: HOSTILE, voidReasons: [HOSTILE] }),
  ],
});

const STACK = `s${MARKUP}${BIDI}`;

/** Elements that the page is made of. */
const ELEMENTS = new Set(
  (
    "html head meta title style body a header h1 p nav ul li main section h2 h3 figure figcaption div svg rect line text " +
    "path details summary table caption thead tbody tr th td pre code"
  ).split(" "),
);

describe("the HTML page", () => {
  const html = htmlOf({ [STACK]: RECORD });

  it("shows hostile text as text", () => {
    assert.ok(
      html.includes("&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;"),
    );
    assert.doesNotMatch(html, /<script|<img/i);
    assert.doesNotMatch(
      html,
      // eslint-disable-next-line no-control-regex
      /[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/,
    );
  });

  it("is made of its own elements and attributes, each closed", () => {
    const body = html.replace(/<style>[^]*<\/style>/, "").replace("<!doctype html>", "");
    const open: string[] = [];
    const attributes = new Set<string>();
    for (const [tag, slash, name = "", rest = ""] of body.matchAll(
      /<(\/?)([a-z0-9]+)((?: [a-z0-9-]+="[^"<>]*")*)>/gi,
    )) {
      assert.ok(ELEMENTS.has(name), tag);
      for (const [, attribute = ""] of rest.matchAll(/ ([a-z0-9-]+)="/gi)) {
        attributes.add(attribute);
      }
      if (slash === "/") {
        assert.equal(open.pop(), name);
      } else if (name !== "meta") {
        open.push(name);
      }
    }
    assert.deepEqual(open, []);
    const left = body.replaceAll(/<\/?[a-z0-9]+(?: [a-z0-9-]+="[^"<>]*")*>/gi, "");
    assert.doesNotMatch(left, /[<>]/);
    const all = [...attributes].sort();
    assert.deepEqual(
      all.filter((name) => /^(on|style|src)/.test(name)),
      [],
    );
  });

  it("lets nothing be loaded or run: its policy names its own style alone", () => {
    const [, style = ""] = /<style>([^]*)<\/style>/.exec(html) ?? [];
    const digest = createHash("sha256").update(style).digest("base64");
    assert.ok(
      html.includes(
        `<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; ` +
          `style-src &#39;sha256-${digest}&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;">`,
      ),
    );
    assert.doesNotMatch(html, /https?:|url\(|@import/);
  });

  it("names itself, its language and its sections", () => {
    const plain = htmlOf({ "10s": runRecord() });
    assert.match(plain, /^<!doctype html>\n<html lang="en"><head><meta charset="utf-8">/);
    assert.match(plain, /<title>Idle connections through the sidecar: Yes, the sidecar&#39;s idle/);
    const targets = [...plain.matchAll(/href="#([a-z]+)"/g)].map(([, id]) => id);
    const ids = new Set([...plain.matchAll(/ id="([a-z-]+)"/g)].map(([, id]) => id));
    assert.equal(targets.length, 11);
    assert.deepEqual(
      targets.filter((id) => !ids.has(id)),
      [],
    );
  });
});

describe("the Markdown page", () => {
  it("shows hostile text as text", () => {
    const markdown = markdownOf({ [STACK]: RECORD });
    const outside = markdown.replaceAll(/^(`{3,})\n[^]*?\n\1$/gm, "");
    assert.doesNotMatch(outside, /<(?!\/?details>|\/?summary>)/);
    assert.doesNotMatch(outside, /^# heading/m);
    assert.doesNotMatch(outside, /(?<!\\)\[link/);
    // eslint-disable-next-line no-control-regex
    assert.doesNotMatch(markdown, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2066]/);
  });

  it("has a fence that the text can't close", () => {
    const markdown = markdownOf({ "```": runRecord({ notes: ["a\n````\nb"] }) });
    assert.doesNotMatch(markdown.replaceAll(/^(`{3,})\n[^]*?\n\1$/gm, ""), /^`{3,}$/m);
  });
});
