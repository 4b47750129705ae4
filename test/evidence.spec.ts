import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";

import { changeRecordSchema } from "../cli/change/record.ts";
import { describeChanges } from "../cli/change/report.ts";
import { driverRecordSchema } from "../model/driverRecord.ts";
import { unpackRecord } from "../model/packedRecord.ts";
import { readJson, RecordError } from "../model/schema/read.ts";
import { driverSummary } from "../report/driverSummary.ts";
import { lacking, swapped } from "./swaps.ts";

const FOLDER = "docs/evidence";

/** Reads a file of evidence as the program reads such a record, and words it; returns its last line. */
const READERS: Readonly<Record<string, (text: string) => string | undefined>> = {
  "change.json": (text) => describeChanges(readJson(text, changeRecordSchema)).split("\n").at(-2),
  "drivers.json": (text) => driverSummary(readJson(text, driverRecordSchema)).split("\n").at(0),
  "real-hour.json": (text) => unpackRecord(text).run,
};

const textOf = (file: string): string => readFileSync(`${FOLDER}/${file}`, "utf8");

const isOneLine = (error: unknown): true => {
  assert.ok(error instanceof RecordError, String(error));
  assert.match(
    error.message,
    /^(it|[a-zA-Z]+(\[\d+\]|\.\w+)*) (must be [^\n]+, got [^\n]+|is missing)$/,
  );
  assert.ok(error.message.length < 250, error.message);
  return true;
};

describe("the evidence", () => {
  it("has a reader for each of its files", () => {
    const files = readdirSync(FOLDER).filter((file) => file.endsWith(".json"));
    assert.deepEqual(files.sort(), Object.keys(READERS).sort());
  });

  it("of changes is read", () => {
    assert.equal(
      READERS["change.json"]!(textOf("change.json")),
      "Of 6 on the untouched workload 0 were closed.",
    );
  });

  it("of drivers is read", () => {
    assert.equal(
      READERS["drivers.json"]!(textOf("drivers.json")),
      "after 15s without a request, with an idle timeout of 12s:",
    );
  });

  it("of the real hour is of an older shape, of which the reader says what it lacks", () => {
    assert.throws(() => READERS["real-hour.json"]!(textOf("real-hour.json")), {
      message: "targets is missing",
    });
  });

  for (const [file, read] of Object.entries(READERS)) {
    describe(`in ${file}`, () => {
      const text = textOf(file).trimEnd();
      const value = JSON.parse(text) as object;

      it("is refused in one line where it was cut, at any byte", () => {
        // Of many rows alike a few do.
        const short = JSON.stringify(value, (key, part: unknown) =>
          key === "rows" && Array.isArray(part) ? part.slice(0, 6) : part,
        );
        for (let length = 0; length < short.length; length += 1) {
          assert.throws(() => read(short.slice(0, length)), isOneLine);
        }
      });

      it("is read, or refused in one line, whatever stands in place of a part of it", () => {
        fc.assert(
          fc.property(
            fc.oneof(
              swapped(value).map((each) => each.value),
              lacking(value),
            ),
            (changed) => {
              try {
                read(JSON.stringify(changed));
              } catch (error) {
                isOneLine(error);
              }
            },
          ),
          { numRuns: 500 },
        );
      });
    });
  }
});
