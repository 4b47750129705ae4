import assert from "node:assert/strict";
import fc from "fast-check";
import { parseDebugLine } from "../../../cli/watch/debugLine.ts";
import { RECORDED, recorded } from "./lines.ts";

/** As Envoy 1.36.4 wrote it with `--log_as_json`. */
const JSON_LINE =
  '{"time":"2026-11-25T10:50:00.697154Z","level":"debug","scope":"envoy filter","msg":"Session timed out",' +
  '"caller":"source/common/tcp_proxy/tcp_proxy.cc:1180","thread":"26","ConnectionId":"9"}';

describe("a line of the sidecar's log", () => {
  for (const envoy of RECORDED) {
    it(`is read as Envoy ${envoy} writes it`, () => {
      const { "idle passthrough": lines = [] } = recorded(envoy);
      const texts = lines.map((line) => parseDebugLine(line));
      assert.ok(texts.every((line) => line !== undefined));
      assert.equal(texts[0]?.text, "original_dst: set destination to 10.244.0.5:7000");
      assert.equal(texts[0].connection, undefined);
      assert.equal(texts[1]?.text, "new tcp proxy session");
      assert.equal(texts.at(-1)?.text, "Session timed out");
    });
  }

  it("tells time, thread, connection and text", () => {
    const { "idle passthrough": lines = [] } = recorded("1.36.4");
    assert.deepEqual(parseDebugLine(lines.at(-1) ?? ""), {
      at: "2026-11-25T10:48:13.983219Z",
      thread: "22",
      connection: "9",
      text: "Session timed out",
    });
  });

  it("is read as JSON", () => {
    assert.deepEqual(parseDebugLine(JSON_LINE), {
      at: "2026-11-25T10:50:00.697154Z",
      thread: "26",
      connection: "9",
      text: "Session timed out",
    });
  });

  it("is not read from a part of it, wherever it is cut", () => {
    const whole = recorded("1.40.0")["idle service"]?.at(-1) ?? "";
    for (const line of [whole, JSON_LINE]) {
      fc.assert(
        fc.property(fc.nat(line.length - 1), (length) => {
          const cut = parseDebugLine(line.slice(0, length));
          // Only the number of the thread can be cut without a trace.
          assert.ok(cut === undefined || cut.text === "Session timed out");
          assert.ok(cut === undefined || /\tthread=\d+$/.test(line.slice(0, length)));
        }),
      );
    }
  });

  for (const line of [
    "",
    "{",
    '{"scope":"envoy filter"}',
    JSON_LINE.replace("debug", "warning"),
    JSON_LINE.replace("envoy filter", "envoy pool"),
    '{"path":"\\"scope\\":\\"envoy filter\\" Session timed out"}',
    '[2026-11-25T10:48:13.983Z] "GET /?q=envoy filter\tSession timed out HTTP/1.1" 200',
    'GET /?q=[Tags: "ConnectionId":"10"] Session timed out\tthread=22',
  ]) {
    it(`is not read from ${JSON.stringify(line)}`, () => {
      assert.equal(parseDebugLine(line), undefined);
    });
  }
});
