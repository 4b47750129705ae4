import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";

import fc from "fast-check";

import { decodeBson, encodeBson } from "../../../../../app/probe/middleware/mongodb/bson.ts";
import type { BsonDocument } from "../../../../../app/probe/middleware/mongodb/bson.ts";
import { hex } from "../scripted.ts";

/** Runs a function and interrupts even an endless loop in it, which the time limit of a test can't. */
function withinSeconds(seconds: number, run: () => void): void {
  runInNewContext("run()", { run }, { timeout: seconds * 1000 });
}

describe("bson", () => {
  it("is read back as it was written", () => {
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        fc.string({ unit: "grapheme" }),
        fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
        fc.boolean(),
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        tie("document"),
      ),
      document: fc.dictionary(fc.stringMatching(/^[a-z$.]{1,9}$/), tie("value"), {
        maxKeys: 4,
        noNullPrototype: true,
      }),
    })).document as fc.Arbitrary<BsonDocument>;
    fc.assert(
      fc.property(value, (document) => {
        assert.deepEqual(decodeBson(encodeBson(document)), document);
      }),
    );
  });

  it("reads what only servers say", () => {
    const bytes = hex(`
      52000000 01 6400 000000000000f83f 04 6100 0c000000 10 3000 07000000 00 07 6f00
      0102030405060708090a0b0c 09 7400 0e8d7407a2010000 0a 6e00 11 7300 0100000002000000
      12 6c00 ffffffffffffffff 00`);
    assert.deepEqual(decodeBson(bytes), {
      d: 1.5,
      a: [7],
      o: hex("0102030405060708090a0b0c"),
      t: 1795421408526n,
      n: null,
      s: 8589934593n,
      l: -1n,
    });
  });

  it("refuses what is cut off or of an unknown type", () => {
    assert.throws(() => decodeBson(hex("0600000000")), {
      message: "invalid BSON: its length is wrong",
    });
    assert.throws(() => decodeBson(hex("0800000006780000")), {
      message: 'unknown BSON type 0x6 in "x"',
    });
  });

  const LENGTH = "invalid BSON: its length is wrong";
  const cases: [what: string, bytes: string, message: string][] = [
    [
      "a negative length that leads back",
      "10000000 02 6100 f9ffffff 0000000000",
      'invalid BSON: "a" would take -3 of 8 bytes',
    ],
    [
      "a length beyond the document",
      "0f000000 05 6200 04000000 00 0100 00",
      'invalid BSON: "b" would take 9 of 7 bytes',
    ],
    [
      "a document that claims no bytes at all",
      "0d000000 03 6300 00000000 0000",
      'invalid BSON: "c" would take 0 of 5 bytes',
    ],
    [
      "a number that is cut off",
      "0a000000 10 6400 0100 00",
      'invalid BSON: "d" would take 4 of 2 bytes',
    ],
    ["a key without an end", "07000000 0a 61 00", "invalid BSON: a key has no end"],
    ["a document without an end", "08000000 0a 6100 01", LENGTH],
  ];
  for (const [what, bytes, message] of cases) {
    it(`refuses ${what}`, () => {
      withinSeconds(5, () => {
        assert.throws(() => decodeBson(hex(bytes)), { message });
      });
    });
  }

  it("is decoded or refused in bounded time, whatever a server sends", () => {
    const type = fc.constantFrom(1, 2, 3, 4, 5, 6, 7, 8, 9, 0x0a, 0x10, 0x11, 0x12);
    const int32 = fc
      .oneof(fc.integer({ min: -20, max: 60 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }))
      .map((value) => {
        const bytes = Buffer.alloc(4);
        bytes.writeInt32LE(value);
        return bytes;
      });
    const element = fc
      .tuple(type, fc.constantFrom("", "a\0", "key\0"), int32, fc.uint8Array({ maxLength: 12 }))
      .map(([kind, key, length, rest]) =>
        Buffer.concat([Buffer.from([kind]), Buffer.from(key), length, rest]),
      );
    const document = fc.array(element, { maxLength: 5 }).map((elements) => {
      const length = Buffer.alloc(4);
      const bytes = Buffer.concat([length, ...elements, Buffer.alloc(1)]);
      bytes.writeInt32LE(bytes.length);
      return bytes;
    });
    withinSeconds(15, () => {
      fc.assert(
        fc.property(document, (bytes) => {
          try {
            decodeBson(bytes);
          } catch (error) {
            assert.match(
              (error as Error).message,
              /^(invalid BSON: |unknown BSON type 0x[0-9a-f]+ in ".*"$)/,
            );
          }
        }),
        { numRuns: 2000 },
      );
    });
  });
});
