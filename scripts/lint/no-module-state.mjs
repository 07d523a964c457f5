/*
 * A rule of ours for ESLint: what a module holds at its top must not change. Two users of a pure room would share it
 * without knowing, and a test could not begin afresh. Refused are `let` and `var`, a static field that is not readonly,
 * and a constant that holds something made to be changed: an array, Map, Set, buffer, empty object or an instance of a
 * class, unless its type says that it is only read (`readonly T[]`, `ReadonlyMap`, `as const`).
 */
const READONLY = /^Readonly(Array|Map|Set)?$/;
/** Instances in which nothing can be kept. */
const STATELESS = ['TextEncoder', 'TextDecoder', 'RegExp'];

/** `Readonly…` or `readonly …[]`. */
function isReadonlyType(annotation) {
  const type = annotation?.typeAnnotation;
  if (type === undefined) return false;
  if (type.type === 'TSTypeOperator') return type.operator === 'readonly';
  return type.type === 'TSTypeReference' && READONLY.test(type.typeName?.name ?? '');
}

const unwrapped = (node) => (node?.type === 'TSSatisfiesExpression' ? unwrapped(node.expression) : node);
const isConst = (node) => node?.type === 'TSAsExpression' && node.typeAnnotation?.typeName?.name === 'const';

/** What there is to be changed in a value, or undefined. */
function changeable(init) {
  const value = unwrapped(init);
  if (isConst(value)) return undefined;
  if (value?.type === 'ArrayExpression') return 'an array';
  if (value?.type === 'ObjectExpression' && value.properties.length === 0) return 'an object to be filled';
  if (value?.type !== 'NewExpression') return undefined;
  const name = value.callee.name ?? 'something';
  return STATELESS.includes(name) ? undefined : `a ${name}`;
}

export default {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      variable: '{{name}} changes for all users of this module: keep it in an instance (docs/design.md 2)',
      value:
        '{{name}} holds {{what}}, which all users of this module share: keep it in an instance, or type it readonly',
      field: '{{name}} changes for all instances: make it readonly, or keep it in each'
    }
  },
  create(context) {
    const check = (declaration) => {
      if (declaration?.type !== 'VariableDeclaration' || declaration.declare) return;
      for (const { id, init } of declaration.declarations) {
        const name = id.name ?? 'this';
        if (declaration.kind !== 'const') context.report({ node: id, messageId: 'variable', data: { name } });
        else {
          const what = changeable(init);
          if (what !== undefined && !isReadonlyType(id.typeAnnotation))
            context.report({ node: id, messageId: 'value', data: { name, what } });
        }
      }
    };
    return {
      Program: ({ body }) => {
        for (const statement of body)
          check(statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement);
      },
      PropertyDefinition: (node) => {
        if (node.static && !node.readonly)
          context.report({ node, messageId: 'field', data: { name: node.key.name ?? 'it' } });
      }
    };
  }
};
