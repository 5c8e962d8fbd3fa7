"""The packs of an edition in other forms: Word, spreadsheet, PDF, one folder of all."""
