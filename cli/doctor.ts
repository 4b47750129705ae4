import { clusterOptions } from "./command/clusterOptions.ts";
import { defineCommand } from "./command/command.ts";
import type { Terminal } from "./command/command.ts";
import { EXIT } from "./command/exitCode.ts";
import { anyText, flag, oneOf, optional, required } from "./command/option.ts";
import { FORMATS, render } from "./command/output.ts";
import { UsageError } from "./command/usageError.ts";
import { parseAim, podsOfAim, resolveAim } from "./cluster/aim.ts";
import type { Aim } from "./cluster/aim.ts";
import { kubectlFor } from "./cluster/kubectl.ts";
import type { Kubectl, KubectlTarget } from "./cluster/kubectl.ts";
import { Reader } from "./cluster/reader.ts";
import { examine } from "./doctor/diagnose.ts";
import { SEVERITIES } from "./doctor/findings/codes.ts";
import { atLeast } from "./doctor/findings/finding.ts";
import type { Asked } from "./doctor/judge.ts";
import { diagnosisRecord, renderDiagnosis } from "./doctor/report.ts";
import { listPods } from "./doctor/scan/listPods.ts";
import type { ListedPod } from "./doctor/scan/podGroups.ts";
import { printScan } from "./doctor/scan/printScan.ts";
import type { Manner } from "./doctor/scan/printScan.ts";
import { advise } from "./doctor/suggest/advise.ts";
import { adviceRecord, renderAdvice } from "./doctor/suggest/report.ts";
import { clientOf } from "./sidecar/chainMatch.ts";
import { parseDuration } from "../model/duration.ts";
import { parseEndpoint } from "../model/endpoint.ts";
import type { Endpoint } from "../model/endpoint.ts";

/** Dependencies of the doctor; tests replace them. */
export interface DoctorWorld {
  kubectlFor: (target: Pick<KubectlTarget, "namespace" | "context">) => Kubectl;
}

/** Makes the command that tells which idle timeout applies to a pod's connections, and what sets it. */
export const doctorCommand = (world: DoctorWorld) =>
  defineCommand({
    about:
      "Tells which idle timeout applies to TCP connections from a pod to an endpoint, and what sets it, in a " +
      "few seconds and without changing anything. Lists what in the configuration can't work, with its fix. " +
      "Without AIM, or with several endpoints, prints a row for each workload and endpoint; equal pods of a " +
      "workload are asked once.",
    options: {
      ...clusterOptions("the pods"),
      namespace: optional("NAMESPACE", "namespace of the pods", anyText, "n"),
      "all-namespaces": flag("look at the pods of all namespaces", "A"),
      selector: optional("LABELS", "look at the pods with these labels: app=web", anyText, "l"),
      endpoint: required(
        "HOST:PORT[,...]",
        "what the pods connect to: names, also of Services and ServiceEntries, or addresses",
        parseEndpoints,
      ),
      tls: flag("the application begins with a TLS handshake, by the endpoint's name"),
      sni: optional("NAME", "the same, by another server name", anyText),
      "fail-on": optional(
        "SEVERITY",
        "fail where a finding is at least that grave: info, warning or error",
        oneOf(SEVERITIES),
      ),
      suggest: optional(
        "DURATION",
        "print what to apply for this idle timeout, such as 24h (0s is never), as YAML for kubectl; applies nothing",
        parseDuration,
      ),
    },
    words: {
      placeholder: "AIM",
      about:
        "whose connections: a pod's name, or deployment/NAME, statefulset/NAME or daemonset/NAME, of which one " +
        "pod that is Ready and has a sidecar is asked; without it, those of all pods of the namespace",
      min: 0,
      max: 1,
      parse: parseAim,
    },
    formats: FORMATS,
    quiet: true,
    example: "-n shop deployment/web --endpoint redis.example.com:6379",
    exits: {
      [EXIT.ok]: "looked, whatever was found",
      [EXIT.failed]: "could not look",
      [EXIT.unmet]: "found what --fail-on names",
    },
    run: ({ options, words: [aim], format }, terminal) => {
      const { namespace, context, endpoint, selector, suggest, "fail-on": failOn } = options;
      checkAim(aim, options);
      const place = { ...(namespace !== undefined && { namespace }), context };
      const kubectl = world.kubectlFor(place);
      const manner = { format, failOn };
      const [first, ...others] = endpoint.map((each) => ({
        endpoint: each,
        client: clientOf({ ...options, endpoint: each }),
      })) as [Asked, ...Asked[]];
      if (aim !== undefined && namespace !== undefined && others.length === 0) {
        const one = { ...manner, suggest };
        return lookAtOne(kubectl, { namespace, aim, asked: first }, one, terminal);
      }
      const pods =
        aim === undefined || namespace === undefined
          ? listPods(new Reader(kubectl), { namespace, selector })
          : (podsOfAim(kubectl, namespace, aim) as Promise<ListedPod[]>);
      return printScan(kubectl, { pods, questions: [first, ...others] }, manner, terminal);
    },
  });

export const doctor = doctorCommand({ kubectlFor });

async function lookAtOne(
  kubectl: Kubectl,
  { namespace, aim, asked }: { namespace: string; aim: Aim; asked: Asked },
  { format, failOn, suggest }: Manner & { suggest: number | undefined },
  { print }: Terminal,
): Promise<number> {
  const { pod, workload } = await resolveAim(kubectl, namespace, aim);
  const question = { namespace, pod, ...asked };
  const { mesh, diagnosis: found } = await examine(kubectl, question);
  const diagnosis = { ...found, ...(workload && { workload }) };
  if (suggest !== undefined) {
    const advice = await advise(mesh, question, diagnosis, suggest);
    const text = await renderAdvice(diagnosis, advice);
    print(
      await render(format, {
        data: () => adviceRecord(diagnosis, advice),
        text: (style) => style.block(text),
      }),
    );
    return EXIT.ok;
  }
  print(
    await render(format, {
      data: () => diagnosisRecord(diagnosis),
      text: (style) => renderDiagnosis(diagnosis, style),
    }),
  );
  return failOn !== undefined && atLeast(diagnosis.findings, failOn) ? EXIT.unmet : EXIT.ok;
}

/** @throws UsageError for a combination that names no pods, or names them twice. */
function checkAim(
  aim: Aim | undefined,
  options: {
    namespace?: string | undefined;
    "all-namespaces": boolean;
    selector?: string | undefined;
    endpoint: readonly Endpoint[];
    suggest?: number | undefined;
  },
): void {
  const { endpoint, namespace, selector, suggest, "all-namespaces": all } = options;
  const problems = [
    namespace === undefined && !all && "--namespace is missing; or give --all-namespaces",
    namespace !== undefined && all && "give either --namespace or --all-namespaces",
    aim !== undefined && all && "AIM needs --namespace in place of --all-namespaces",
    aim !== undefined && selector !== undefined && "give either AIM or --selector",
    suggest !== undefined &&
      (aim === undefined || endpoint.length > 1) &&
      "--suggest needs AIM and one endpoint",
  ].filter((problem) => problem !== false);
  if (problems.length > 0) {
    throw new UsageError(problems);
  }
}

/** @throws Error for what is no list of endpoints. */
function parseEndpoints(text: string): [Endpoint, ...Endpoint[]] {
  const [first = "", ...others] = text.split(",");
  return [parseEndpoint(first), ...others.map(parseEndpoint)];
}
