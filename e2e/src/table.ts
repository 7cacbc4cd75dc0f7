/** A column of a table. */
export interface Column {
	readonly title: string;
	readonly width: number;
	readonly align?: 'left' | 'right';
}

const GAP = '  ';

/** Lays rows out in columns of fixed width, so that a row can be printed before the next is known. */
export class Table {
	constructor(private readonly columns: readonly Column[]) {}

	/** The titles and the line under them. */
	header(): string {
		const titles = this.row(this.columns.map((column) => column.title));
		const rule = this.columns.map((column) => '-'.repeat(column.width)).join(GAP);
		return `${titles}\n${rule}`;
	}

	/** One row. A cell that is too long pushes the rest of its row to the right; nothing is cut. */
	row(cells: readonly string[]): string {
		if (cells.length !== this.columns.length) {
			throw new Error(`a row of ${cells.length} cells in a table of ${this.columns.length} columns`);
		}
		return this.columns
			.map(({ width, align }, index) => {
				const cell = cells[index] ?? '';
				return align === 'right' ? cell.padStart(width) : cell.padEnd(width);
			})
			.join(GAP)
			.trimEnd();
	}
}
