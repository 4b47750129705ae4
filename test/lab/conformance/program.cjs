// The program of every case: declares what a JSON file lists. Resources are given by type token and
// properties, so that nothing but the engine stands between a case and the plugin under test.
const { readFileSync } = require("node:fs");
const pulumi = require("@pulumi/pulumi");

const { resources, invokes = [] } = JSON.parse(readFileSync(process.env.CASE_PROGRAM, "utf8"));
const declared = {};

/** Replaces `{ $ref: ["name", "property", ...] }` by an output and `{ $secret: value }` by a secret. */
function resolve(value) {
  if (Array.isArray(value)) return value.map(resolve);
  if (typeof value !== "object" || value === null) return value;
  if ("$secret" in value) return pulumi.secret(value.$secret);
  if ("$ref" in value) {
    const [name, property, ...path] = value.$ref;
    const found = pulumi.output(declared[name][property]);
    return found.apply((whole) => path.reduce((inner, key) => inner?.[key], whole));
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]));
}

/** The version that the stack's own package asks for. */
function versionOf(token) {
  return require(`@pulumi/${token.split(":")[0]}/package.json`).version;
}

for (const { name, type, properties, outputs = [], options = {} } of resources) {
  const { provider, dependsOn = [], ...others } = options;
  const given = {
    ...Object.fromEntries(outputs.map((key) => [key, undefined])),
    ...resolve(properties),
  };
  const isProvider = type.startsWith("pulumi:providers:");
  const pkg = isProvider ? type.slice("pulumi:providers:".length) : type.split(":")[0];
  const settings = {
    ...others,
    version: versionOf(pkg),
    dependsOn: dependsOn.map((other) => declared[other]),
    ...(provider && { provider: declared[provider] }),
  };
  declared[name] = isProvider
    ? new pulumi.ProviderResource(pkg, name, given, settings)
    : new pulumi.CustomResource(type, name, given, settings);
}

module.exports = Object.fromEntries(
  invokes.map(({ name, token, args }) => [
    name,
    pulumi.output(pulumi.runtime.invoke(token, resolve(args), { version: versionOf(token) })),
  ]),
);
