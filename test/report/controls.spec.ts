import assert from "node:assert/strict";
import { compareRun, deviation } from "../../report/comparison.ts";
import { testResults } from "../../report/testResults.ts";
import { runVerdict } from "../../report/verdict.ts";
import { control, measurement, runRecord } from "../cli/records.ts";

/** Ten connections through the sidecar that it closed, and the control of each. */
const TEN = Array.from({ length: 10 }, (_, place) => ({ connection: place + 1 }));

describe("the connections of the pod without a sidecar", () => {
  it("all count, not only the first one", () => {
    const record = runRecord({
      samples: [
        ...TEN.map((place) => measurement(place)),
        ...TEN.map((place) =>
          control(place.connection === 7 ? { ...place, end: "fin", heldMs: 9000.4 } : place),
        ),
      ],
    });
    const { cause, sentence, evidence } = runVerdict(record);
    assert.equal(cause, "droppedWithoutSidecarToo");
    assert.equal(
      sentence,
      "1 of 10 connections of the pod without a sidecar ended too, the first of them (repetition 1, connection 7) after " +
        "9.000 s (FIN), so something other than the sidecar ends connections to this endpoint.",
    );
    assert.ok(
      evidence.includes(
        "without sidecar: 1 closed, after 9.000 s (FIN) to 9.000 s (FIN); 9 open for >= 14 s (lower bound)",
      ),
    );
    assert.match(
      deviation(compareRun("x", record), 10) ?? "",
      /^the sidecar should have closed .* after 10\.000 s: 1 of 10 connections of the pod without a sidecar/,
    );
  });

  it("belong to the endpoint, the repetition and the connection that they were held beside", () => {
    const other = { host: "10.0.0.6", port: 3306 };
    const { effective } = runRecord();
    const record = runRecord({
      targets: [
        { middleware: "tcp", endpoint: "10.0.0.5:6379", effective },
        { middleware: "tcp", endpoint: "10.0.0.6:3306", effective },
      ],
      // In an order in which the first sample of each pod is of another endpoint.
      samples: [
        measurement(),
        measurement(other),
        control({ ...other, end: "reset", heldMs: 9999.6, unreachableAfter: "ECONNREFUSED x" }),
        control(),
      ],
    });
    assert.deepEqual(
      testResults(record).map(({ endpoint, verdict, withoutSidecar }) => ({
        endpoint,
        verdict,
        open: withoutSidecar.open,
      })),
      [
        { endpoint: "10.0.0.5:6379", verdict: "idleTimeout", open: 1 },
        { endpoint: "10.0.0.6:3306", verdict: "endpointGone", open: 0 },
      ],
    );
    assert.equal(runVerdict(record).cause, "idleTimeout");
    assert.match(
      deviation(compareRun("x", record), 10) ?? "",
      /^tcp silent 10\.0\.0\.6:3306: the sidecar should have closed the connection/,
    );
  });

  it("count dead ones apart from open ones", () => {
    const dead = control({ answer: "ETIMEDOUT", connection: 2, localPort: 2 });
    const [test] = testResults(runRecord({ samples: [measurement(), control(), dead] }));
    const { open, dead: silent } = test!.withoutSidecar;
    assert.deepEqual([open, silent], [1, 1]);
    assert.match(
      test!.sentence,
      /^1 of 2 connections of the pod without a sidecar ended or were dead too, the first of them \(repetition 1, connection 2\) after open >= 14 s, dead, so/,
    );
  });

  it("are missing where not one was held at the same place", () => {
    const record = runRecord({ samples: [measurement(), control({ connection: 2 })] });
    assert.deepEqual(runVerdict(record), {
      cause: "void",
      sentence: "There is no figure: not both pods have a sample of the same connection.",
      evidence: [],
    });
  });

  it("make a connection void that has none beside it", () => {
    const record = runRecord({
      samples: [measurement(), measurement({ connection: 2 }), control()],
    });
    assert.match(
      deviation(compareRun("x", record), 10) ?? "",
      /: The figure is void: the pod without a sidecar has no connection to compare it with\./,
    );
  });
});
