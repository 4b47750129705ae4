import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

import { within } from "../../../app/probe/within.ts";

const late = () => "too late";

describe("within", () => {
  it("hands on a result and an error that come in time", async () => {
    assert.equal(await within(10_000, late, sleep(1, "result")), "result");
    await assert.rejects(within(10_000, late, Promise.reject(new Error("no"))), { message: "no" });
  });

  it("rejects with its own message when neither comes in time", async () => {
    await assert.rejects(within(5, late, new Promise(() => undefined)), { message: "too late" });
  });
});
