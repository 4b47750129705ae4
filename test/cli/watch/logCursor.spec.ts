import assert from "node:assert/strict";
import fc from "fast-check";
import { LogCursor } from "../../../cli/watch/logCursor.ts";

const at = (time: string, text = "x"): string => `2026-11-25T10:00:${time}Z ${text}`;

describe("the place in a log", () => {
  it("is behind the last line at the beginning", () => {
    const cursor = new LogCursor(at("01.000000002", "old"));
    assert.deepEqual(cursor.options(), ["--since-time", "2026-11-25T10:00:01Z"]);
    assert.equal(cursor.take(at("01.000000001", "older")), undefined);
    assert.equal(cursor.take(at("01.000000002", "old")), undefined);
    assert.equal(cursor.take(at("01.000000003", "new")), "new");
  });

  it("is the beginning of an empty log", () => {
    const cursor = new LogCursor("");
    assert.deepEqual(cursor.options(), []);
    assert.equal(cursor.take(at("01.000000001", "new")), "new");
  });

  it("is told in the zone of the node", () => {
    const cursor = new LogCursor("");
    assert.equal(cursor.take("2026-11-25T10:00:01.000000001+05:30 a b"), "a b");
    assert.deepEqual(cursor.options(), ["--since-time", "2026-11-25T10:00:01+05:30"]);
  });

  it("passes over what has no stamp", () => {
    const cursor = new LogCursor("");
    assert.equal(cursor.take("unexpected stream type"), undefined);
    assert.deepEqual(cursor.options(), []);
  });

  it("does not pass over a line that comes a second late, out of its order", () => {
    const cursor = new LogCursor("");
    assert.equal(cursor.take(at("02.000000001", "a")), "a");
    assert.equal(cursor.take(at("01.999999999", "b")), "b");
  });

  it("loses and repeats no line, wherever the log is interrupted", () => {
    const steps = fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(steps, fc.array(fc.nat(40)), (millis, cuts) => {
        let ms = 0;
        const log = millis.map((step, nth) => {
          ms += step;
          return `${new Date(ms).toISOString().replace("Z", "000000Z")} line ${nth}`;
        });
        const cursor = new LogCursor("");
        const read: string[] = [];
        for (const end of [...cuts.sort((a, b) => a - b), log.length]) {
          const [, since = ""] = cursor.options();
          for (const line of log.slice(0, end).filter((each) => each >= since.replace("Z", ""))) {
            read.push(...[cursor.take(line)].filter((text) => text !== undefined));
          }
        }
        assert.deepEqual(
          read,
          log.map((_, nth) => `line ${nth}`),
        );
      }),
    );
  });
});
