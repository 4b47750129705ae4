import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { isList, isSecret, secret, UNKNOWN } from "./value.ts";
import type { Plain, PropertyMap, PropertyValue } from "./value.ts";

const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";
const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Sentinels that the engine sends for unknown values, one for each type that a value will have. */
const UNKNOWN_SENTINELS = new Set([
  UNKNOWN_STRING,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

/** Reads the engine's wire form; a missing struct is an empty map. */
export function decode(struct: Struct | undefined): PropertyMap {
  return struct ? (decodeValue(struct.toJavaScript()) as PropertyMap) : {};
}

function decodeValue(value: Plain): PropertyValue {
  if (typeof value === "string") {
    return UNKNOWN_SENTINELS.has(value) ? UNKNOWN : value;
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map(decodeValue);
  }
  if (value[SIGNATURE_KEY] === SECRET_SIGNATURE) {
    return secret(decodeValue(value.value ?? null));
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decodeValue(item)]));
}

/** Writes the engine's wire form, without undefined values: an API may leave out what it has a type for. */
export function encode(properties: PropertyMap): Struct {
  return Struct.fromJavaScript(encodeValue(properties) as Record<string, JavaScriptValue>);
}

function encodeValue(value: PropertyValue): Plain {
  if (value === UNKNOWN) {
    return UNKNOWN_STRING;
  }
  if (isSecret(value)) {
    return { [SIGNATURE_KEY]: SECRET_SIGNATURE, value: encodeValue(value.value) };
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (isList(value)) {
    return value.map(encodeValue);
  }
  const entries: [string, PropertyValue | undefined][] = Object.entries(value);
  return Object.fromEntries(
    entries.flatMap(([key, item]) => (item === undefined ? [] : [[key, encodeValue(item)]])),
  );
}
