import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { examine } from "../../cli/doctor/diagnose.ts";
import { KubectlError } from "../../cli/cluster/kubectl.ts";
import type { Kubectl } from "../../cli/cluster/kubectl.ts";
import type { Mesh } from "../../cli/doctor/mesh/mesh.ts";
import { exec } from "../../lab/base/exec.ts";
import { NODE_IMAGE } from "../../lab/build/images.ts";
import { environment } from "../../lab/commands/lab.ts";
import { answerOf, askedBy, CASES, describeQuestion, recording } from "../cases/cases.ts";
import type { Case, CaseQuestion } from "../cases/cases.ts";
import { keep } from "../cases/recorder.ts";
import { kubectl, testLab } from "./support.ts";

/** With RECORD=1 what is looked at is kept beside the case, for the tests that need no mesh. */
const RECORDS = process.env.RECORD === "1";
/** With KEEP=1 the objects stay, so that one can look at them. */
const KEEPS = process.env.KEEP === "1";

describe("the doctor on a real mesh answers rightly", function () {
  this.timeout(900_000);

  before(async () => {
    await Promise.all(CASES.map((each) => create(each)));
    await Promise.all(CASES.map(({ namespace }) => ready(namespace)));
    for (const each of CASES.filter(({ folder }) => existsSync(join(folder, "later.yaml")))) {
      await apply(each, "later.yaml");
      await sidecarsRun(each.namespace);
    }
  });

  after(async () => {
    if (!KEEPS) {
      const namespaces = CASES.map(({ namespace }) => namespace);
      const gone = ["--ignore-not-found", "--wait=false"];
      await kubectl("delete", "namespace", ...namespaces, "doctor-23-platform", ...gone);
    }
  });

  for (const each of CASES) {
    const meshes: Mesh[] = [];
    for (const question of each.questions) {
      it(`${basename(each.folder)}: ${describeQuestion(question)}`, async () => {
        const { mesh, diagnosis } = await ask(each, question);
        meshes.push(keep(mesh, each.namespace));
        assert.deepEqual(answerOf(diagnosis, question.answer), question.answer);
      });
    }
    if (RECORDS) {
      it(`${basename(each.folder)}: is recorded`, () => {
        assert.equal(meshes.length, each.questions.length);
        writeFileSync(recording(each.folder), `${JSON.stringify(meshes, undefined, 1)}\n`);
      });
    }
  }
});

async function ask({ namespace }: Case, question: CaseQuestion) {
  const selects = question.pod.includes("=");
  const found = ["get", "pods", "--namespace", namespace, "--selector", question.pod];
  const pod = selects
    ? (await kubectl(...found, "--output", "jsonpath={.items[0].metadata.name}")).trim()
    : question.pod;
  const inNamespace: Kubectl = (args) =>
    kubectl("--namespace", namespace, ...args).catch((error: unknown) => {
      throw new KubectlError(args, (error as Error).message);
    });
  return examine(inNamespace, { namespace, pod, ...askedBy(question) });
}

async function create(each: Case): Promise<void> {
  const metadata = { name: each.namespace, labels: { "istio-injection": "enabled" } };
  await applyText(JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata }));
  await apply(each, "objects.yaml");
}

async function apply({ folder, namespace }: Case, file: string): Promise<void> {
  const text = readFileSync(join(folder, file), "utf8");
  const documents = text.replaceAll("APP_IMAGE", NODE_IMAGE).split(/^---$/m);
  const homeless = (one: string): boolean =>
    !/^ {2}namespace:/m.test(one) && !/^kind: Namespace$/m.test(one);
  const housed = documents.map((one) =>
    homeless(one) ? one.replace(/^metadata:$/m, `metadata:\n  namespace: ${namespace}`) : one,
  );
  await applyText(housed.join("---\n"));
}

async function applyText(input: string): Promise<void> {
  await exec("kubectl", ["apply", "--filename=-"], { env: environment(testLab()), input });
}

async function ready(namespace: string): Promise<void> {
  const condition = ["--for=condition=Ready", "--timeout=300s", "--all", "pods"];
  await kubectl("wait", "--namespace", namespace, ...condition);
}

/** A pod whose sidecar rejects everything never gets ready. */
async function sidecarsRun(namespace: string): Promise<void> {
  const running = "jsonpath={.status.initContainerStatuses[?(@.name=='istio-proxy')].started}=true";
  const rejected = ["--timeout=30s", "--all", "pods"];
  await kubectl("wait", "--namespace", namespace, `--for=${running}`, ...rejected).catch(
    () => undefined,
  );
  await new Promise((resolve) => setTimeout(resolve, 5_000));
}
