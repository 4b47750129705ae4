import assert from "node:assert/strict";
import { FakePreflightWorld, FORBIDDEN, problemsIn } from "./fakeWorld.ts";

describe("the preflight", () => {
  let around: FakePreflightWorld;

  beforeEach(() => {
    around = new FakePreflightWorld();
  });

  describe("of kubectl", () => {
    it("finds it missing, and says nothing about the cluster", async () => {
      around.failure = () => "kubectl was not found on PATH; install it or put it there";
      assert.deepEqual(await problemsIn(around), [
        "kubectl: kubectl was not found on PATH; install it or put it there; 1.28 or later is needed",
      ]);
    });

    it("finds it too old", async () => {
      around.clientVersion = "v1.27.16";
      assert.deepEqual(await problemsIn(around), [
        "kubectl: v1.27.16 is too old; install 1.28 or later",
      ]);
    });
  });

  describe("of the cluster", () => {
    const refused = "The connection to the server 192.0.2.1:6443 was refused";

    it("finds the context missing, with those that there are", async () => {
      around.failure = (command) =>
        command.startsWith("get") ? 'error: context "kind-mesj" does not exist' : undefined;
      assert.deepEqual(await problemsIn(around, { context: "kind-mesj" }), [
        'kubeContext: "kind-mesj" is not in the kubeconfig, which has kind-mesh, staging; set kubeContext ' +
          "to one of these, or KUBECONFIG to another file",
      ]);
    });

    it("finds it out of reach, and says nothing else about it", async () => {
      around.failure = (command) => (command.startsWith("version") ? undefined : refused);
      assert.deepEqual(await problemsIn(around), [
        `the cluster of context kind-mesh can't be reached: ${refused}; start it, or set kubeContext to ` +
          "the context of another",
      ]);
      assert.deepEqual(await problemsIn(around, { context: undefined }), [
        `the cluster of the kubeconfig's current context can't be reached: ${refused}; start it, or set ` +
          "kubeContext to the context of another",
      ]);
    });

    it("finds rights missing, in one line", async () => {
      around.denied = [
        "create namespaces",
        "delete namespaces",
        "get pods/exec",
        "patch envoyfilters",
      ];
      assert.deepEqual(await problemsIn(around), [
        "rights: you may not create/delete namespaces, get pods/exec in namespace istio-idle-timeout-dev, " +
          "patch envoyfilters.networking.istio.io in namespace istio-idle-timeout-dev; have an " +
          "administrator apply docs/rbac.yaml and bind its role to you",
      ]);
    });

    it("asks for more rights for a time-lapse only", async () => {
      around.denied = ["create pods"];
      assert.deepEqual(await problemsIn(around), []);
      assert.match(
        (await problemsIn(around, { timelapse: true })).join(),
        /^rights: you may not create pods in /,
      );
    });

    it("asks for rights on a ServiceEntry and a DestinationRule only where they are used", async () => {
      around.denied = ["create serviceentries", "patch destinationrules"];
      const entry = "create serviceentries.networking.istio.io in namespace istio-idle-timeout-dev";
      const rule = "patch destinationrules.networking.istio.io in namespace istio-idle-timeout-dev";
      const end = "; have an administrator apply docs/rbac.yaml and bind its role to you";
      const path = "serviceEntry";
      assert.deepEqual(await problemsIn(around), []);
      assert.deepEqual(await problemsIn(around, { path }), [`rights: you may not ${entry}${end}`]);
      for (const remedy of ["destinationRule", "tcpKeepalive"] as const) {
        assert.deepEqual(await problemsIn(around, { path, remedy }), [
          `rights: you may not ${entry}, ${rule}${end}`,
        ]);
      }
    });

    it("says that a question got no answer", async () => {
      around.failure = (command) =>
        command.includes("mutatingwebhook") ? "no answer within 8 s" : undefined;
      assert.deepEqual(await problemsIn(around), [
        "kubectl get mutatingwebhookconfigurations: no answer within 8 s; try again",
      ]);
    });

    it("is no judge of what the user may not see", async () => {
      around.failure = (command) =>
        /^get (mutatingwebhook|nodes|namespace )/.test(command) ? FORBIDDEN : undefined;
      assert.deepEqual(await problemsIn(around), []);
      around.failure = (command) => (command.includes("deployments") ? FORBIDDEN : undefined);
      assert.deepEqual(await problemsIn(around), []);
    });
  });
});
