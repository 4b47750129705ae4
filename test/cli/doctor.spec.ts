import assert from "node:assert/strict";
import { load, loadAll } from "js-yaml";
import { doctorCommand } from "../../cli/doctor.ts";
import { KubectlError } from "../../cli/cluster/kubectl.ts";
import { call } from "./command/call.ts";
import { FakeMesh } from "./doctor/fakeMesh.ts";

const COMPLETE = ["--namespace", "shop", "web-0", "--endpoint", "10.0.0.5:6379"];

describe("doctor", () => {
  const asked: object[] = [];
  const run = (argv: string[]) => {
    const command = doctorCommand({
      kubectlFor: (target) => {
        asked.push(target);
        return new FakeMesh().kubectl;
      },
    });
    return call(command, "doctor", argv);
  };

  beforeEach(() => {
    asked.splice(0);
  });

  it("prints a table about a pod and an endpoint", async () => {
    const { code, out, err } = await run(COMPLETE);
    assert.deepEqual({ code, err }, { code: 0, err: "" });
    assert.match(out, /^pod +shop\/web-0\n-+ +-+\nendpoint +10\.0\.0\.5:6379\n/);
    assert.deepEqual(asked, [{ namespace: "shop", context: undefined }]);
  });

  it("takes a context, the short form of a namespace, and a pod as kubectl prints it", async () => {
    const argv = ["-n", "shop", "--context=prod", "pod/web-0", ...COMPLETE.slice(3)];
    assert.match((await run(argv)).out, /^pod +shop\/web-0\n/);
    assert.deepEqual(asked, [{ namespace: "shop", context: "prod" }]);
  });

  it("asks a pod of a workload, and says which one and of how many", async () => {
    const mesh = new FakeMesh();
    mesh.deployment = "web";
    const command = doctorCommand({ kubectlFor: () => mesh.kubectl });
    const argv = ["-n", "shop", "deployment/web", ...COMPLETE.slice(3)];
    assert.match(
      (await call(command, "doctor", argv)).out,
      /^pod +shop\/web-0\n-+ +-+\nworkload +deployment\/web: asked its one pod\nendpoint /,
    );
    const { pod, workload } = JSON.parse((await call(command, "doctor", [...argv, "-ojson"])).out);
    assert.deepEqual(
      { pod, workload },
      { pod: "web-0", workload: { kind: "Deployment", name: "web", pods: 1, alike: 1 } },
    );
  });

  it("exits 1 with one line for a workload that is not there", async () => {
    const command = doctorCommand({
      kubectlFor: () => () =>
        Promise.reject(new KubectlError([], 'Error from server (NotFound): "web" not found')),
    });
    assert.deepEqual(
      await call(command, "doctor", ["-n", "shop", "sts/web", ...COMPLETE.slice(3)]),
      {
        code: 1,
        out: "",
        err: "doctor: statefulset shop/web: it does not exist; see kubectl get statefulsets --namespace shop\n",
      },
    );
  });

  it("exits 2 for what is neither a pod nor a workload", async () => {
    const { code, err } = await run(["-n", "shop", "job/web", ...COMPLETE.slice(3)]);
    assert.equal(code, 2);
    assert.match(err, /^doctor: AIM: "job\/web" is no pod and no workload; write pod\/NAME, /);
    assert.deepEqual(asked, []);
  });

  it("prints the same as JSON, YAML and Markdown", async () => {
    const json = JSON.parse((await run([...COMPLETE, "-o", "json"])).out);
    assert.equal(json.schemaVersion, 1);
    assert.equal(json.endpoint, "10.0.0.5:6379");
    assert.deepEqual(load((await run([...COMPLETE, "-oyaml"])).out), json);
    assert.match(
      (await run([...COMPLETE, "--output=markdown"])).out,
      /^\| pod \| shop\/web-0 \|\n\| --- \| --- \|\n\| endpoint \| 10\.0\.0\.5:6379 \|\n/,
    );
  });

  it("takes how the application speaks", async () => {
    for (const [argv, client] of [
      [[], "plain TCP"],
      [["--tls"], "TLS without a server name"],
      [["--sni", "a.example.com"], "TLS with the server name a.example.com"],
    ] as const) {
      const { out } = await run([...COMPLETE, ...argv, "-o", "json"]);
      assert.equal(JSON.parse(out).client, client);
    }
  });

  it("exits 3 where a finding is as grave as --fail-on says", async () => {
    const odd = (): FakeMesh => {
      const mesh = new FakeMesh();
      mesh.annotations = { excludeOutboundPorts: "6379" };
      return mesh;
    };
    const command = doctorCommand({ kubectlFor: () => odd().kubectl });
    for (const [failOn, code] of [
      ["info", 3],
      ["warning", 3],
      ["error", 0],
    ] as const) {
      const argv = [...COMPLETE, "--fail-on", failOn];
      assert.equal((await call(command, "doctor", argv)).code, code);
    }
    assert.equal((await run([...COMPLETE, "--fail-on", "fatal"])).code, 2);
  });

  it("prints what to apply, the first choice as YAML and the rest as comments", async () => {
    const argv = [...COMPLETE, "--suggest", "24h"];
    const { code, out } = await run(argv);
    assert.equal(code, 0);
    const { proxies } = JSON.parse((await run([...argv, "-o", "json"])).out);
    const [{ choices }] = proxies;
    assert.deepEqual(loadAll(out), choices[0].objects);
    const uncommented = out
      .split("\n")
      .filter((line) => /^# ( |---|[a-z]+[A-Za-z]*:)/.test(line))
      .map((line) => line.slice(2))
      .join("\n");
    assert.deepEqual(
      loadAll(uncommented).filter((one) => one !== null),
      choices[1].objects,
    );
    assert.match((await run([...argv, "-o", "markdown"])).out, /^ {4}# Idle timeout for plain TCP/);
    assert.equal((await run([...COMPLETE, "--suggest", "1d"])).code, 2);
  });

  it("exits 1 with one line when it can't look", async () => {
    const argv = [...COMPLETE.slice(0, 3), "--endpoint", "other.example.com:6379"];
    const { code, out, err } = await run(argv);
    assert.deepEqual({ code, out }, { code: 1, out: "" });
    assert.match(err, /^doctor: other\.example\.com:6379: .*\n$/);
  });

  describe("asked about many pods", () => {
    const scan = (argv: string[], mesh = new FakeMesh()) => {
      mesh.deployment = "web";
      const command = doctorCommand({
        kubectlFor: (target) => {
          asked.push(target);
          return mesh.kubectl;
        },
      });
      return call(command, "doctor", argv);
    };
    const HEAD =
      /^workload +pods +endpoint +idle timeout +why +findings\n[- ]+\ndeployment shop\/web +1 +10\.0\.0\.5:6379 +1h +Envoy's default\n/;

    it("prints a row for each workload of a namespace and endpoint, and tells of progress", async () => {
      const { code, out, err } = await scan(["-n", "shop", "--endpoint", "10.0.0.5:6379"]);
      assert.equal(code, 0);
      assert.match(out, HEAD);
      assert.equal(err, "doctor: asking 1 of 1 pods: equal pods of a workload are asked once\n");
      assert.deepEqual(asked, [{ namespace: "shop", context: undefined }]);
    });

    it("of all namespaces, by labels", async () => {
      const mesh = new FakeMesh();
      const argv = ["-A", "-l", "app=web", "--endpoint", "10.0.0.5:6379"];
      assert.match((await scan(argv, mesh)).out, HEAD);
      assert.equal(mesh.commands[0], "get pods --all-namespaces --selector app=web --output json");
      assert.deepEqual(asked, [{ context: undefined }]);
    });

    it("of one workload, to several endpoints", async () => {
      const argv = ["-n", "shop", "deployment/web", "--endpoint", "10.0.0.5:6379,10.0.0.6:3306"];
      const { rows } = JSON.parse((await scan([...argv, "-o", "json"])).out) as {
        rows: { endpoint: string; workload: object; idleTimeoutMs: number }[];
      };
      assert.deepEqual(
        rows.map(({ endpoint, workload, idleTimeoutMs }) => ({
          endpoint,
          workload,
          idleTimeoutMs,
        })),
        ["10.0.0.5:6379", "10.0.0.6:3306"].map((endpoint) => ({
          ...{ endpoint, workload: { kind: "Deployment", name: "web" }, idleTimeoutMs: 3_600_000 },
        })),
      );
    });

    it("exits 3 where a finding is as grave as --fail-on says, and 1 where a pod can't be asked", async () => {
      const odd = new FakeMesh();
      odd.annotations = { excludeOutboundPorts: "6379" };
      const argv = ["-n", "shop", "--endpoint", "10.0.0.5:6379", "--fail-on", "warning"];
      assert.equal((await scan(argv, odd)).code, 3);
      assert.equal((await scan(argv)).code, 0);
      const closed = new FakeMesh();
      closed.failure = (command) => (command.startsWith("exec") ? "no" : undefined);
      assert.equal((await scan(argv, closed)).code, 1);
      assert.equal((await scan(argv.slice(0, 4), closed)).code, 1);
    });

    for (const [what, argv, problem] of [
      ["no namespace", [], "--namespace is missing; or give --all-namespaces"],
      ["two", ["-n", "shop", "-A"], "give either --namespace or --all-namespaces"],
      ["an aim and labels", ["-n", "shop", "web-0", "-l", "a=b"], "give either AIM or --selector"],
      [
        "to suggest for many",
        ["-n", "shop", "--suggest", "24h"],
        "--suggest needs AIM and one endpoint",
      ],
      ["an aim anywhere", ["-A", "web-0"], "AIM needs --namespace in place of --all-namespaces"],
    ] as const) {
      it(`exits 2 where it is told ${what}`, async () => {
        const { code, err } = await scan([...argv, "--endpoint", "10.0.0.5:6379"]);
        assert.deepEqual(
          { code, first: err.split("\n")[0] },
          { code: 2, first: `doctor: ${problem}` },
        );
        assert.deepEqual(asked, []);
      });
    }
  });

  it("exits 2 with all that is wrong, a line each", async () => {
    assert.deepEqual(await run(["--endpoint", "redis", "--wait"]), {
      code: 2,
      out: "",
      err:
        "doctor: unknown option --wait\n" +
        'doctor: --endpoint: "redis" is not an endpoint; use host:port without a scheme and with a port from 1 to ' +
        "65535, such as redis.example.com:6379 or [2001:db8::5]:6379\n" +
        'See "istio-idle-timeout doctor --help".\n',
    });
  });
});
