import { KubectlError } from "../cluster/kubectl.ts";
import type { Kubectl, KubectlTarget } from "../cluster/kubectl.ts";
import { parseDoctorArguments, USAGE } from "./arguments.ts";
import { diagnose } from "./diagnose.ts";
import { DoctorError } from "./doctorError.ts";
import { diagnosisJson, renderDiagnosis } from "./report.ts";

const EXIT_COULD_NOT_LOOK = 1;
const EXIT_BAD_ARGUMENTS = 2;

/** What {@link runDoctor} does with the world outside. */
export interface DoctorWorld {
  kubectlFor: (target: Pick<KubectlTarget, "namespace" | "context">) => Kubectl;
  /** To stdout. */
  print: (text: string) => void;
  /** A line for the person, to stderr. */
  say: (line: string) => void;
}

/** What `npm run doctor` does; returns its exit code. */
export async function runDoctor(argv: readonly string[], world: DoctorWorld): Promise<number> {
  const asked = parseDoctorArguments(argv);
  if (asked === "help") {
    world.print(USAGE);
    return 0;
  }
  if (typeof asked === "string") {
    world.say(`${asked}; see --help`);
    return EXIT_BAD_ARGUMENTS;
  }
  const { context, json, namespace } = asked;
  try {
    const kubectl = world.kubectlFor({ namespace, context });
    const diagnosis = await diagnose(kubectl, asked);
    world.print(json ? diagnosisJson(diagnosis) : renderDiagnosis(diagnosis));
    return 0;
  } catch (error) {
    if (error instanceof DoctorError || error instanceof KubectlError) {
      world.say(error.message);
      return EXIT_COULD_NOT_LOOK;
    }
    throw error;
  }
}
