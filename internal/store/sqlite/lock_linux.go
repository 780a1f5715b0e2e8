package sqlite

// setOFDLock is F_OFD_SETLK.
const setOFDLock = 37
