import type * as pulumi from "@pulumi/pulumi";
import type { DriverRecord } from "../../model/driverRecord.ts";
import type { RunRecord } from "../../model/record.ts";
import { driverSummary } from "../../report/driverSummary.ts";
import { disconnectSeconds, runStatus } from "../../report/summary.ts";
import { summaryText } from "../../report/summaryText.ts";
import { testResults } from "../../report/testResults.ts";
import { runVerdict } from "../../report/verdict.ts";

/** Returns the outputs of every stack, made from the record of its connections. */
export function connectionOutputs(record: pulumi.Output<RunRecord>) {
  return {
    /** Seconds until each probe's connection was closed; null while it is open. */
    disconnectSeconds: record.apply(disconnectSeconds),
    /** `running` while the probes continue after `up` has returned, otherwise `finished`. */
    status: record.apply(runStatus),
    /** Findings as text: lines, and a table with a row for each test. */
    summary: record.apply(summaryText),
    /** Why the connection through the sidecar ended, with the evidence for it. */
    verdict: record.apply(runVerdict),
    /** How many connections ended when and why, for each kind of middleware and mode. */
    tests: record.apply(testResults),
    /** The whole record. */
    results: record,
  };
}

/** Returns the further outputs of a stack that measures real drivers. */
export function driverOutputs(record: pulumi.Output<DriverRecord>) {
  return {
    /** Record of the drivers' requests in both pods. */
    drivers: record,
    /** Findings about the drivers as a table. */
    driverSummary: record.apply(driverSummary),
  };
}
