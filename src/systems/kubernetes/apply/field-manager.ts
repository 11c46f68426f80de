/** Who applies, in `metadata.managedFields`. */
export const FIELD_MANAGER = 'stagegate'
