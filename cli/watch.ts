import { clusterOptions } from "./command/clusterOptions.ts";
import { defineCommand } from "./command/command.ts";
import { EXIT } from "./command/exitCode.ts";
import { optional, required } from "./command/option.ts";
import { FORMATS, render } from "./command/output.ts";
import { parseAim, sidecarPodsOf } from "./cluster/aim.ts";
import type { Aim } from "./cluster/aim.ts";
import { followLogFor } from "./cluster/followLog.ts";
import { kubectlFor } from "./cluster/kubectl.ts";
import type { Kubectl } from "./cluster/kubectl.ts";
import { interruption, systemClock } from "./cluster/world.ts";
import { isElsewhere, narrow } from "./watch/narrow.ts";
import { closeText, renderWatch, watchRecord } from "./watch/report.ts";
import { findSidecars } from "./watch/sidecar.ts";
import type { Watchable } from "./watch/sidecar.ts";
import { watchPod } from "./watch/watchPod.ts";
import type { WatchWorld } from "./watch/watchPod.ts";
import { parseDuration } from "../model/duration.ts";
import { parseEndpoint } from "../model/endpoint.ts";
import { UserError } from "../model/userError.ts";

/** Longest watch, in ms: a timer holds no more than 24.8 days. */
const LONGEST_MS = 20 * 24 * 3_600_000;

/** The command that observes an application's own connections. */
export const watch = defineCommand({
  about:
    "Tells which connections of an application its sidecar closes by the idle timeout, as it happens, without probes " +
    "and restarts. Raises one logger of each sidecar meanwhile and restores it afterwards, also on Ctrl-C; after a " +
    "kill, the next watch of the same pod restores it.",
  options: {
    ...clusterOptions("the pods"),
    for: required("DURATION", "how long to watch: 10m, 1h", parseWatchTime),
    endpoint: optional(
      "HOST:PORT",
      "leave out connections that are known to go elsewhere",
      parseEndpoint,
    ),
  },
  words: {
    placeholder: "AIM",
    about:
      "whose connections: a pod's name, or deployment/NAME, statefulset/NAME or daemonset/NAME",
    min: 1,
    max: Infinity,
    parse: parseAim,
  },
  formats: FORMATS,
  quiet: true,
  example: "-n shop deployment/web --for 1h",
  exits: {
    [EXIT.ok]: "watched, and restored the log levels",
    [EXIT.failed]: "could not watch, or could not restore a log level",
  },
  run: async ({ options, words: aims, format, program }, { print, report, warn }) => {
    const { namespace, context, endpoint } = options;
    const ending = interruption();
    const over = ending.signal;
    const clock = systemClock(over);
    const kubectl = kubectlFor({ namespace, context, signal: over });
    const sidecars = await findAll(kubectl, namespace, aims).catch((error: unknown) => {
      throw over.aborted ? new UserError("interrupted before it had begun") : error;
    });
    const world: WatchWorld = {
      ...{ kubectl, clock, over, report, followLog: followLogFor({ namespace, context }) },
      undo: kubectlFor({ namespace, context }),
      undoClock: systemClock(new AbortController().signal),
      tell: (pod, close) => {
        if (endpoint === undefined || !isElsewhere(close, endpoint)) {
          report(`${pod}: ${closeText(close)}`);
        }
      },
    };
    // Node.js keeps the timer, and the timer keeps the process, until the time is over or the watch is.
    void clock.sleep(options.for).then(
      () => {
        ending.abort();
      },
      () => undefined,
    );
    const seen = await Promise.all(sidecars.map((each) => watchPod(world, each))).finally(() => {
      ending.abort();
    });
    const pods = endpoint === undefined ? seen : seen.map((each) => narrow(each, endpoint));
    print(
      await render(format, {
        data: () => watchRecord(namespace, pods),
        text: (style) => renderWatch(pods, style),
      }),
    );
    for (const { pod, problem, unrestored } of pods) {
      if (problem !== undefined) {
        warn(`${pod}: ${problem}`);
      }
      if (unrestored !== undefined) {
        warn(
          `${pod}: the log level of its sidecar is not restored: ${unrestored}; the next watch restores it: ` +
            `${program} -n ${namespace} pod/${pod} --for 1s`,
        );
      }
    }
    const failed = pods.some((each) => (each.problem ?? each.unrestored) !== undefined);
    return failed ? EXIT.failed : EXIT.ok;
  },
});

/** Finds the sidecars to watch, each once; nothing has been changed yet when this fails. */
async function findAll(
  kubectl: Kubectl,
  namespace: string,
  aims: readonly Aim[],
): Promise<Watchable[]> {
  const pods = await Promise.all(
    aims.map((aim) => sidecarPodsOf(kubectl, namespace, aim, "istio-idle-timeout-watch")),
  );
  return findSidecars(kubectl, [...new Set(pods.flat())].sort());
}

/** @throws Error for what a timer can't hold. */
function parseWatchTime(text: string): number {
  const ms = parseDuration(text);
  if (ms === 0 || ms > LONGEST_MS) {
    throw new Error(`${JSON.stringify(text)} is not between 1ms and 480h`);
  }
  return ms;
}
