/** Types of a value that is fixed in the dialog, or comes with each message, or from the environment. */
export const elsewhere = ['msg', 'env'] as const;

/** A property of the message, or none: what is empty is not red. */
export const optionalProperty: TypedInputType = {
  value: 'msg',
  label: 'msg.',
  validate: (value) => value.trim() === '' || RED.utils.validatePropertyExpression(value) === true
};

/** A drop-down as a type of a typed input: the value is one of the options, or several with commas between. */
export function choiceType(
  label: string,
  options: readonly { readonly value: string; readonly label: string }[],
  isMultiple = false
): TypedInputType {
  return { value: 'choice', label, icon: 'fa fa-list-ul', showLabel: false, multiple: isMultiple, options };
}

/** A list in a dialog whose rows have a name and a typed value: `{<key>, <value>, type}`. */
export interface TypedRows {
  /** Names of the two properties of a row. */
  readonly key: string;
  readonly value: string;
  /** The value of a new row. */
  readonly fallback: string;
  readonly types: readonly TypedInputType[];
  readonly placeholder: string;
  /** Text of the button that adds a row. */
  readonly add: string;
}

export function showRows(element: JQuery, rows: readonly object[] | undefined, list: TypedRows): void {
  element.editableList({
    addButton: list.add,
    removable: true,
    sortable: true,
    height: 'auto',
    addItem(container, _index, row) {
      const line = $('<div class="openot-typed-row"></div>').appendTo(container);
      const key = $('<input type="text" class="openot-typed-key">').attr('placeholder', list.placeholder);
      key.val(row[list.key] ?? '').appendTo(line);
      const value = $('<input type="text" class="openot-typed-value" style="width: 100%;">');
      value.val(row[list.value] ?? list.fallback).appendTo(line);
      value.typedInput({ default: row.type || nameOf(list.types[0]), types: list.types });
      const showMissing = (): unknown => key.toggleClass('input-error', String(key.val()).trim() === '');
      key.on('change', showMissing);
      // A new row is not red before somebody was in it.
      if (list.key in row) showMissing();
    }
  });
  for (const row of rows ?? []) element.editableList('addItem', { ...row });
}

/** The rows of an open dialog, but for the empty ones. */
export function rowsOf(element: JQuery, { key, value }: TypedRows): Record<string, string>[] {
  return (element.editableList('items').toArray() as unknown as JQuery[])
    .map((item) => {
      const field = item.find('.openot-typed-value');
      return {
        [key]: String(item.find('.openot-typed-key').val()).trim(),
        [value]: field.typedInput('value'),
        type: field.typedInput('type')
      };
    })
    .filter((row) => row[key] !== '' || row[value] !== '');
}

const nameOf = (type: TypedInputType): string => (typeof type === 'string' ? type : type.value);
