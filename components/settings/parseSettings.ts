import type { MiddlewareKind } from "../../app/probe/sample.ts";
import { loadProblems } from "../../model/modes.ts";
import { userErrors } from "../common/userError.ts";
import { credentialProblems, credentialsOf } from "./credentials.ts";
import { driverProblems, driversFor } from "./drivers.ts";
import { defaultObserveMs } from "./observe.ts";
import { kindsOf, outsideOf } from "./outside.ts";
import type { Outside } from "./outside.ts";
import { readValues } from "./readers.ts";
import type { Values } from "./readers.ts";
import type { Settings } from "./settings.ts";
import { variantProblems } from "./variantProblems.ts";
import type { PartialVariant } from "./variantProblems.ts";

/** Most connections of which a log of the usual size holds every line. */
const MOST_DEBUGGED = 10;

/**
 * Checks a stack's whole configuration.
 *
 * @param raw the values by key, without namespace; a key without a value has its default.
 * @throws pulumi.RunError that names every problem, one line each.
 */
export function parseSettings(raw: Readonly<Record<string, string>>): Settings {
  const { values, problems } = readValues(raw);
  if (!raw.endpoint && !raw.externalHost) {
    problems.push(
      "externalHost: not set; set it to the name or address by which pods reach the machine that runs Docker, " +
        "such as host.minikube.internal, or set endpoint to something that exists",
    );
  }
  let outside: Outside | undefined;
  try {
    outside = outsideOf(values);
  } catch (error) {
    problems.push(`middleware: ${(error as Error).message}`);
  }
  const kinds = outside && kindsOf(outside);
  problems.push(
    ...evidenceProblems(values),
    ...loadProblems(kinds, values),
    ...credentialProblems(values, outside?.kind === "endpoints" ? (kinds ?? []) : []),
    ...variantProblems(variantOf(values)),
    ...driversIn(values, kinds),
  );
  if (problems.length > 0 || outside === undefined) {
    throw userErrors("the stack's configuration can't be used", problems);
  }
  return compose(values as Values, outside);
}

function evidenceProblems({ connections = 1, evidence, timelapse = 1 }: Partial<Values>): string[] {
  if (timelapse > 1 && evidence === "false") {
    return [
      "evidence: false does not work in a time-lapse, whose figure needs the sidecar's own duration; set evidence " +
        "to true, or timelapse to 1",
    ];
  }
  if (evidence === "debug" && connections > MOST_DEBUGGED) {
    return [
      `evidence: debug takes at most ${MOST_DEBUGGED} connections, each of which fills the sidecar's log; set ` +
        "connections to less, or evidence to true",
    ];
  }
  return [];
}

/** Lists problems with the drivers, where everything they depend on could be read. */
function driversIn(
  { drivers, timelapse, timeout }: Partial<Values>,
  kinds: MiddlewareKind[] | undefined,
): string[] {
  return drivers && timeout && timelapse && kinds
    ? driverProblems(drivers, { kinds, timeout: timeout.timeout, timelapse })
    : [];
}

/** Picks the keys that depend on each other, as far as they could be read. */
function variantOf(values: Partial<Values>): PartialVariant {
  const { endpoint, externalHost, path, remedy, timelapse, timeout } = values;
  return {
    ...{ path, remedy, timelapse, timeout: timeout?.timeout },
    targets: Math.max(endpoint?.length ?? 1, values.middleware?.length ?? 1),
    host: endpoint?.[0]
      ? { key: "endpoint", name: endpoint[0].host }
      : externalHost
        ? { key: "externalHost", name: externalHost }
        : undefined,
  };
}

function compose(values: Values, outside: Outside): Settings {
  const { timeout, text: timeoutText } = values.timeout;
  return {
    timeout,
    timeoutText,
    observeMs: values.observe ?? defaultObserveMs(timeout, values.timelapse),
    waitMs: values.wait,
    run: values.run,
    timelapse: values.timelapse,
    path: values.path,
    remedy: values.remedy,
    evidence: values.evidence !== "false",
    debugLog: values.evidence === "debug",
    outside,
    credentials: credentialsOf(values),
    load: {
      modes: values.modes,
      connections: values.connections,
      repetitions: values.repetitions,
    },
    drivers: driversFor(values.drivers, kindsOf(outside)),
    kubeContext: values.kubeContext,
    revision: values.revision,
    registry: values.registry,
    baseImage: values.baseImage,
    compilerImage: values.compilerImage,
    goImage: values.goImage,
    nodeBuildImage: values.nodeBuildImage,
    platform: values.platform,
  };
}
