import { clusterOptions } from "./command/clusterOptions.ts";
import { defineCommand } from "./command/command.ts";
import { EXIT } from "./command/exitCode.ts";
import { anyText, flag, oneOf, optional, required } from "./command/option.ts";
import { FORMATS, render } from "./command/output.ts";
import { parseAim, resolveAim } from "./cluster/aim.ts";
import { kubectlFor } from "./cluster/kubectl.ts";
import type { Kubectl, KubectlTarget } from "./cluster/kubectl.ts";
import { examine } from "./doctor/diagnose.ts";
import { SEVERITIES } from "./doctor/findings/codes.ts";
import { atLeast } from "./doctor/findings/finding.ts";
import { diagnosisRecord, renderDiagnosis } from "./doctor/report.ts";
import { advise } from "./doctor/suggest/advise.ts";
import { adviceRecord, renderAdvice } from "./doctor/suggest/report.ts";
import { clientOf } from "./sidecar/chainMatch.ts";
import { parseDuration } from "../model/duration.ts";
import { parseEndpoint } from "../model/endpoint.ts";

/** Dependencies of the doctor; tests replace them. */
export interface DoctorWorld {
  kubectlFor: (target: Pick<KubectlTarget, "namespace" | "context">) => Kubectl;
}

/** Makes the command that tells which idle timeout applies to a pod's connections, and what sets it. */
export const doctorCommand = (world: DoctorWorld) =>
  defineCommand({
    about:
      "Tells which idle timeout applies to TCP connections from a pod to an endpoint, and what sets it, in a " +
      "few seconds and without changing anything. Lists what in the configuration can't work, with its fix.",
    options: {
      ...clusterOptions("the pod"),
      endpoint: required(
        "HOST:PORT",
        "what the pod connects to, by name or address",
        parseEndpoint,
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
        "pod that is Ready and has a sidecar is asked",
      min: 1,
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
    run: async ({ options, words: [aim], format }, { print }) => {
      const { namespace, context, "fail-on": failOn } = options;
      const kubectl = world.kubectlFor({ namespace, context });
      const { pod, workload } = await resolveAim(kubectl, namespace, aim);
      const question = { ...options, pod, client: clientOf(options) };
      const { mesh, diagnosis: found } = await examine(kubectl, question);
      const diagnosis = { ...found, ...(workload && { workload }) };
      if (options.suggest !== undefined) {
        const advice = await advise(mesh, question, diagnosis, options.suggest);
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
    },
  });

export const doctor = doctorCommand({ kubectlFor });
