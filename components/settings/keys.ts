import { keysOf } from "./configKey.ts";
import type { ConfigKey } from "./configKey.ts";
import { credentialKeys } from "./credentials.ts";
import { DRIVER_NAMES } from "./drivers.ts";

const measured = keysOf("What to measure");
const place = keysOf("Where things run");
const manner = keysOf("How to measure");
const image = (defaultValue: string, description: string): ConfigKey =>
  keysOf("Images")("image", defaultValue, description);

/** Every key that the program takes; Pulumi.yaml and docs/configuration.md are written from this table. */
export const CONFIG_KEYS = {
  timeout: measured(
    "duration",
    "10s",
    "Sets the sidecar's TCP idle timeout: a Go duration such as `10s`, `13.7s` or `24h`; `off` disables it; `default` " +
      "configures nothing, so Envoy's own 1h applies; `remove` merges a filter without a value, which leaves the 1h " +
      "too; `asIs` configures nothing and measures whatever the mesh applies, so that who set a timeout for the whole " +
      "mesh can verify it",
  ),
  path: measured(
    "word",
    "passthrough",
    "Chooses how connections go through the sidecar: `passthrough`, as to any host that the mesh does not know; " +
      "`serviceEntry`, as to a host that a ServiceEntry makes known",
  ),
  remedy: measured(
    "word",
    "envoyFilter",
    "Chooses how the timeout is set: `envoyFilter`; `envoyFilterPort`, a filter matched by the endpoint's port; " +
      "`destinationRule` (with `path` at `serviceEntry`); `proxyMetadata`, the sidecar's `ISTIO_META_IDLE_TIMEOUT`. Or " +
      "how it is avoided while an EnvoyFilter sets it: `tcpKeepalive` (with `path` at `serviceEntry`); " +
      "`excludeOutboundPorts`",
  ),
  middleware: measured(
    "words",
    "",
    "Names the middleware that the probes talk to: `redis`, `memcached`, `mysql`, `mongodb` or, with an endpoint " +
      "only, `tcp`, to which they send nothing. Not set: `redis`, and with an endpoint `tcp`",
  ),
  modes: measured(
    "words",
    "silent",
    "Names what the probes do with a connection: `silent` sends nothing; `keepalive` turns TCP keep-alive on; `ping` " +
      "sends the protocol's own ping at half the timeout; `firstUse` asks a question after the connection was closed; " +
      "`inFlight` asks a question that is answered after the timeout. Each kind of middleware is measured in every " +
      "mode that it takes",
  ),
  drivers: measured(
    "words",
    "",
    `Names real drivers to measure too, in pods of their own: ${DRIVER_NAMES.map((name) => `\`${name}\``).join(", ")}; ` +
      "`all` takes every driver that the stack has a server for. Not set: none",
  ),
  endpoint: place(
    "words",
    "",
    "Names existing TCP endpoints outside the mesh as `host:port`, in the order of `middleware`. Not set: the stack " +
      "runs in Docker what `middleware` names",
  ),
  externalHost: place(
    "text",
    "",
    "Names the host or address by which pods reach the machine that runs Docker, such as `host.minikube.internal`. " +
      "Required unless `endpoint` is set",
  ),
  kubeContext: place("text", "", "Selects a context of the kubeconfig. Not set: the current one"),
  revision: place(
    "text",
    "",
    "Selects the Istio control plane whose sidecar is measured, by its revision or revision tag, such as `1-30-2`. " +
      "Not set: the mesh's default one",
  ),
  registry: place(
    "text",
    "",
    "Names the registry to which Docker pushes the probe's image and from which the cluster pulls it, as " +
      "`host[:port][/path]`, such as `localhost:5000` or `ghcr.io/acme`. Required",
  ),
  platform: place(
    "text",
    "",
    "Names the platform of the cluster's nodes, such as `linux/arm64`. Not set: the platform of the machine that runs " +
      "Pulumi",
  ),
  observe: manner(
    "duration",
    "",
    "Sets how long connections are held and watched, from `1s` to `168h`. A connection that is still open then counts " +
      "as open for at least that long. Not set: 4s longer than the timeout, at most 2m (5m of wall time in a time-lapse); with `asIs` the longest",
  ),
  wait: manner(
    "duration",
    "5m",
    "Sets how long `up` waits for the result, from `0s` to `168h`. Then it returns with what is known, the probes " +
      "continue, and a later `up` or `npm run collect` collects the rest",
  ),
  run: manner("whole number", "1", "Numbers the measurement. Another number measures again"),
  timelapse: manner(
    "whole number",
    "1",
    "Sets how many times as fast the sidecar's clock runs, from `1` (real time) to `360`. At `360` an hour passes in " +
      "10s, at its real configured value",
  ),
  evidence: manner(
    "word",
    "true",
    "Decides whether an EnvoyFilter of its own makes the sidecar log how long it held each connection and why it " +
      "closed it (why: from Istio 1.30 on): `true` or `false`. `debug` also keeps what the sidecar's debug log says " +
      "about the connection, whose level is raised for that time and restored",
  ),
  connections: manner(
    "whole number",
    "1",
    "Sets how many connections each mode holds at once to each kind of middleware. Tests, connections and repetitions " +
      "multiplied are at most 1000",
  ),
  repetitions: manner("whole number", "1", "Sets how many times in a row that is done"),
  baseImage: image(
    "node:22-slim",
    "Names an image with Node.js 22.18 or later, on which the probe's image is built",
  ),
  compilerImage: image(
    "gcc:14",
    "Names an image with a C compiler (`cc`), which builds the faster clock of a time-lapse",
  ),
  goImage: image(
    "golang:1.26",
    "Names an image with Go 1.26 or later, which compiles the drivers in Go",
  ),
  nodeBuildImage: image(
    "node:22-slim",
    "Names an image with npm, which installs the drivers for Node.js",
  ),
  redisImage: image("redis:7", "Names the image of the stack's own Redis"),
  memcachedImage: image("memcached:1.6", "Names the image of the stack's own memcached"),
  mysqlImage: image("mariadb:11", "Names the image of the stack's own MariaDB or MySQL"),
  mongodbImage: image("mongo:8", "Names the image of the stack's own MongoDB"),
  ...credentialKeys(),
} satisfies Record<string, ConfigKey>;

export type Key = keyof typeof CONFIG_KEYS;
