import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as v from "valibot";

import { driverRecordSchema } from "../../model/driverRecord.ts";
import type { DriverRecord } from "../../model/driverRecord.ts";
import type { RunRecord } from "../../model/record.ts";
import { UserError } from "../../model/userError.ts";
import { name } from "../../model/schema/fields.ts";
import { readOr, readJson } from "../../model/schema/read.ts";
import { runRecordSchema } from "../../model/schema/run.ts";

/** Runs one Pulumi command in the project's folder and returns what it printed. */
export type Pulumi = (args: readonly string[]) => Promise<string>;

/** Why a stack can't be read; the message is one line. */
export class StackError extends UserError {}

/** Longest output, in bytes: a record with many connections. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** The Pulumi on PATH, with the backend that is logged in to. */
export async function pulumi(args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)("pulumi", [...args, "--non-interactive"], {
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    return stdout;
  } catch (error) {
    const { code, stderr = "" } = error as NodeJS.ErrnoException & { stderr?: string };
    throw new StackError(
      code === "ENOENT"
        ? "pulumi was not found on PATH; install it or put it there"
        : stderr
            .split("\n")
            .map((line) => line.replace(/^error: /, "").trim())
            .filter((line) => line !== "")
            .join("; ") || (error as Error).message,
      { cause: error },
    );
  }
}

const stacksSchema = v.array(v.object({ name }), "a list");

const outputsSchema = v.object({ results: v.exactOptional(runRecordSchema) });

const driverOutputsSchema = v.object({ drivers: v.exactOptional(driverRecordSchema) });

/**
 * Lists every stack of the project in the backend.
 *
 * @throws StackError
 */
export async function listStacks(run: Pulumi): Promise<string[]> {
  const text = await run(["stack", "ls", "--json"]);
  const stacks = readOr(
    () => readJson(text, stacksSchema),
    (cause) => new StackError(`the list of stacks can't be read: ${cause.message}`, { cause }),
  );
  return stacks.map((stack) => stack.name).sort();
}

/**
 * Reads the record of a stack's last run.
 *
 * @returns undefined where the stack has none.
 * @throws StackError when there is no such stack, or its record is none that this program reads.
 */
export async function readRecord(run: Pulumi, stack: string): Promise<RunRecord | undefined> {
  return (await readOutputs(run, stack, outputsSchema)).results;
}

/**
 * Reads the record of a stack's real drivers.
 *
 * @returns undefined where the stack measures none.
 * @throws StackError as {@link readRecord} does.
 */
export async function readDriverRecord(
  run: Pulumi,
  stack: string,
): Promise<DriverRecord | undefined> {
  return (await readOutputs(run, stack, driverOutputsSchema)).drivers;
}

/** @throws StackError */
async function readOutputs<S extends v.GenericSchema>(
  run: Pulumi,
  stack: string,
  schema: S,
): Promise<v.InferOutput<S>> {
  const text = await run(["stack", "output", "--json", "--stack", stack]);
  return readOr(
    () => readJson(text, schema),
    (cause) =>
      new StackError(
        `${cause.message}; measure again: set run to another number and run pulumi up --stack ${stack}`,
        { cause },
      ),
  );
}
