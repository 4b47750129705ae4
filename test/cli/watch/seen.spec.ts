import assert from "node:assert/strict";
import { Seen } from "../../../cli/watch/seen.ts";
import { recorded, stamped } from "./lines.ts";

describe("what a log has told", () => {
  const { "idle service": idle = [], "client rst": reset = [] } = recorded("1.40.0");
  const [lines, bytes] = [idle.length, idle.join("\n").length + 1];

  it("are the closes, and what the raised logger wrote", () => {
    const seen = new Seen({ lastLine: "" });
    const told = [...idle, "an access log entry"].map((line) => seen.take(stamped(line)));
    assert.equal(told.filter((close) => close !== undefined).length, 1);
    assert.deepEqual(seen.closes, [told.at(-2)]);
    assert.deepEqual(seen.log, { lines, bytes });
    assert.deepEqual(seen.others(), []);
  });

  it("counts no line twice", () => {
    const seen = new Seen({ lastLine: "" });
    [...idle, ...idle.slice(-1)].forEach((line) => seen.take(stamped(line)));
    assert.equal(seen.closes.length, 1);
    assert.deepEqual(seen.log, { lines, bytes });
  });

  it("keeps what another run of the sidecar told, and takes its numbers for others", () => {
    const seen = new Seen({ lastLine: "" });
    reset.forEach((line) => seen.take(stamped(line)));
    seen.restart(undefined);
    const last = (idle.at(-1) ?? "").replace('"17"', '"26"').replace("10:49", "10:59");
    const close = seen.take(stamped(last));
    assert.deepEqual(close, { at: "2026-11-25T10:59:42.164269Z", connection: "26" });
    assert.deepEqual(
      seen.others().map(({ end, count }) => [end, count]),
      [["notTold", 1]],
    );
  });
});
