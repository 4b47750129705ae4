import { safeText } from "../../../report/safeText.ts";
import { formatIdleTimeout } from "../../../report/text.ts";
import { describeTimeout } from "../report.ts";
import type { Diagnosis } from "../diagnosis.ts";
import { toYaml } from "../../command/output.ts";
import { wrap } from "../../command/wrap.ts";
import type { Advice, Choice, Manifest, ProxyAdvice } from "./advice.ts";

/** Characters of a line. */
const WIDTH = 100;

/**
 * Writes advice as YAML that kubectl takes: the objects of each proxy's first choice, with everything else as comments.
 */
export async function renderAdvice(diagnosis: Diagnosis, advice: Advice): Promise<string> {
  const { client, endpoint, namespace, pod, way } = diagnosis;
  const { idleTimeoutMs, nothing, notes, proxies } = advice;
  const now = way.kind === "sidecar" ? `; now ${describeTimeout(way.carriage)}` : "";
  const several =
    proxies.length > 1
      ? ["All proxies on the way that are named here have to change: the smallest timeout counts."]
      : [];
  const hasObjects = proxies.some(({ choices: [first] }) => (first?.objects.length ?? 0) > 0);
  const head = [
    `Idle timeout for ${client} from pod ${namespace}/${pod} to ${endpoint}: ${formatIdleTimeout(idleTimeoutMs)} is wanted${now}.`,
    nothing === undefined
      ? `Nothing was applied.${hasObjects ? " Read this; kubectl apply -f - takes the objects that are not commented out, the first choice." : ""}`
      : `There is nothing to apply: ${nothing}.`,
    ...several,
    ...notes.map((note) => `Note: ${note}.`),
  ];
  const parts = await Promise.all(proxies.map(proxyText));
  return [text(head), ...parts].join("");
}

async function proxyText({ choices, proxy, unfit }: ProxyAdvice): Promise<string> {
  const texts = await Promise.all(
    choices.map(async (choice, place) => {
      const title = `${place + 1}. ${choice.means}: ${choice.about}.`;
      const command = choice.patch === undefined ? "" : comment([choice.patch.command]);
      const documents = (await Promise.all(choice.objects.map(toYaml))).map((yaml) =>
        place === 0 ? `---\n${yaml}` : comment(["---", ...yaml.trimEnd().split("\n")]),
      );
      return [text(["", title]), command, ...documents].join("");
    }),
  );
  const title = `The ${proxy}, by preference; one of these is enough:`;
  return [
    text(["", choices.length > 1 ? title : `The ${proxy}:`]),
    ...texts,
    ...(unfit.length === 0
      ? []
      : [text(["", "Not suggested:", ...unfit.map((each) => `- ${each}`)])]),
  ].join("");
}

/** Sentences as comments, broken into lines. */
function text(paragraphs: readonly string[]): string {
  return comment(paragraphs.flatMap((paragraph) => wrap(paragraph, WIDTH)));
}

function comment(lines: readonly string[]): string {
  return lines.map((line) => (line === "" ? "#\n" : `# ${safeText(line)}\n`)).join("");
}

/** Makes the object that programs get of advice; its names are stable. */
export function adviceRecord(diagnosis: Diagnosis, advice: Advice): object {
  const { address, client, endpoint, namespace, pod, unseen, workload } = diagnosis;
  return {
    ...{ schemaVersion: 1, namespace, pod, ...(workload && { workload }) },
    ...{ endpoint, client, ...(address !== undefined && { address }) },
    ...advice,
    proxies: advice.proxies.map(({ choices, ...proxy }) => ({
      ...proxy,
      choices: choices.map(choiceRecord),
    })),
    unseen,
  };
}

function choiceRecord({ means, about, objects, patch }: Choice): object {
  return { means, about, objects: objects satisfies Manifest[], ...(patch && { patch }) };
}
