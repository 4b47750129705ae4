import assert from "node:assert/strict";
import * as v from "valibot";

import { instant, list, name, sentence, wholeNumber } from "../../../model/schema/fields.ts";
import { readJson, readOr, readValue, RecordError } from "../../../model/schema/read.ts";

const schema = v.object({
  kind: v.picklist(["a", "b"]),
  parts: v.exactOptional(list(v.object({ port: wholeNumber(1, 9) }), { max: 2 })),
});

describe("a record from outside", () => {
  it("is read with the fields that are known", () => {
    assert.deepEqual(readJson('{"kind":"a","parts":[{"port":2,"more":1}],"new":[]}', schema), {
      kind: "a",
      parts: [{ port: 2 }],
    });
  });

  for (const [text, message] of [
    ["", 'it must be JSON, got ""'],
    ['{"kind"', 'it must be JSON, got "{\\"kind\\""'],
    ["null", "it must be an object, got null"],
    ["{}", "kind is missing"],
    ['{"kind":{}}', 'kind must be "a" or "b", got an object'],
    ['{"kind":"c"}', 'kind must be "a" or "b", got "c"'],
    ['{"kind":"a","parts":{}}', "parts must be a list, got an object"],
    ['{"kind":"a","parts":[{"port":1},{}]}', "parts[1].port is missing"],
    [
      '{"kind":"a","parts":[{"port":10}]}',
      "parts[0].port must be a whole number from 1 to 9, got 10",
    ],
    [
      '{"kind":"a","parts":[{"port":1e999}]}',
      "parts[0].port must be a whole number from 1 to 9, got Infinity",
    ],
    [
      '{"kind":"a","parts":[{"port":[]}]}',
      "parts[0].port must be a whole number from 1 to 9, got a list",
    ],
    [
      '{"kind":"a","parts":[{"port":1},{"port":1},{"port":1}]}',
      "parts must be a list of 0 to 2, got a list",
    ],
    ['{"kind":"a\\nb"}', 'kind must be "a" or "b", got "a\\nb"'],
    [`"${"x".repeat(100)}"`, `it must be an object, got "${"x".repeat(59)}...`],
  ] as const) {
    it(`is refused as ${text.slice(0, 50)}`, () => {
      assert.throws(() => readJson(text, schema), new RecordError(message));
    });
  }

  it("is refused in the words of whoever asked for it", () => {
    assert.throws(
      () =>
        readOr(
          () => readJson("1", schema),
          ({ message }) => new TypeError(`no: ${message}`),
        ),
      new TypeError("no: it must be an object, got 1"),
    );
    assert.throws(
      () =>
        readOr(
          () => {
            throw new RangeError("a bug");
          },
          () => new TypeError("no"),
        ),
      new RangeError("a bug"),
    );
  });
});

describe("a field", () => {
  it("keeps a sentence, and cuts one that is too long, once", () => {
    assert.equal(readValue("a note", sentence), "a note");
    const cut = readValue("x".repeat(10_000_000), sentence);
    assert.equal(cut.length, 4000);
    assert.match(cut, /^x+\.\.\. \(10000000 characters\)$/);
    assert.equal(readValue(cut, sentence), cut);
  });

  it("refuses a name that is too long", () => {
    assert.equal(readValue("x".repeat(1000), name).length, 1000);
    assert.throws(
      () => readValue("x".repeat(1001), name),
      /^Error: it must be text of at most 1000/,
    );
  });

  it("takes times in UTC that are times", () => {
    for (const text of ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.678901234Z"]) {
      assert.equal(readValue(text, instant), text);
    }
    for (const text of [
      "",
      "2026",
      "2026-13-02T03:04:05Z",
      "2026-01-02T03:04:05+01:00",
      "+275760-09-13T00:00:00Z",
    ]) {
      assert.throws(() => readValue(text, instant), RecordError, text);
    }
  });
});
