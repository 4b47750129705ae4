import assert from "node:assert/strict";
import { repeatSection } from "../../../../report/page/sections/repeat.ts";
import { LAPSED, runRecord } from "../../../cli/records.ts";
import { reported } from "../reporting.ts";

describe("how to repeat it", () => {
  it("gives another number to each run, and what the record tells of its configuration", () => {
    const { blocks } = repeatSection(
      reported({ "it's": runRecord({ run: "7-3f2a" }), lapsed: LAPSED }).stacks,
    );
    const [, code] = blocks;
    assert.equal(
      code?.kind === "code" && code.text,
      [
        "pulumi stack select 'it'\\''s'",
        "pulumi config set run 8",
        "pulumi config set timeout 10s",
        "pulumi config set observe 14s",
        "pulumi up",
        "pulumi stack select lapsed",
        "pulumi config set run 2",
        "pulumi config set timeout default",
        "pulumi config set observe 14s",
        "pulumi config set timelapse 360",
        "pulumi up",
        "npm run --silent report -- 'it'\\''s' lapsed -o html > report.html",
      ].join("\n"),
    );
  });
});
