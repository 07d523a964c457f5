/** JSON as it stands in the file: every value with its offset, integers exact, members in file order. */

export type JsonNode = JsonNull | JsonBoolean | JsonInteger | JsonString | JsonArray | JsonObject;

export interface JsonNull {
  readonly kind: 'null';
  readonly at: number;
}

export interface JsonBoolean {
  readonly kind: 'boolean';
  readonly at: number;
  readonly value: boolean;
}

export interface JsonInteger {
  readonly kind: 'integer';
  readonly at: number;
  /** Between -2^63 and 2^64-1; a bigint only where a number would not be exact. */
  readonly value: number | bigint;
}

export interface JsonString {
  readonly kind: 'string';
  readonly at: number;
  readonly value: string;
}

export interface JsonArray {
  readonly kind: 'array';
  readonly at: number;
  readonly items: JsonNode[];
}

export interface JsonMember {
  /** Offset of the key. */
  readonly keyAt: number;
  readonly value: JsonNode;
}

export interface JsonObject {
  readonly kind: 'object';
  readonly at: number;
  readonly members: Map<string, JsonMember>;
}
