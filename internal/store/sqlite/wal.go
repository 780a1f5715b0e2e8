package sqlite

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// The layout of a write-ahead log (https://sqlite.org/fileformat2.html#walformat) and of its index (walformat.html).
const (
	walHeaderSize   = 32
	frameHeaderSize = 24
	walMagic        = 0x377f0682 // the lowest bit: checksums are of big-endian words
	indexHeaderSize = 48
	indexSize       = 136
)

// A walLog is what a scan of a write-ahead log found.
type walLog struct {
	salt      [8]byte // of its generation; frames of the one before follow the last of this one
	committed int     // frames up to the last commit that can be read
	beyond    bool    // commits follow that cannot be read
}

// checkLog rejects a database whose write-ahead log lost transactions that were committed. The engine would ignore what
// it cannot read of the log and go on without it.
//
// A commit is confirmed when its frames are on the disk, and the next one is written after them. A frame that cannot be
// read is the end of the log, which a crash left, unless another commit follows that of the frame. The index of the log
// is no more than what was on the disk; it survives the end of a process, with the number of frames that there were.
func checkLog(path string, size int64) error {
	wal, err := os.Open(path + "-wal")
	if errors.Is(err, fs.ErrNotExist) {
		if info, err := os.Stat(path + "-shm"); err == nil && info.Size() > 0 && size > 0 {
			return damagedLog("the log %[1]s-wal is missing, and its index %[1]s-shm is not: put the log back; if the database "+
				"is a restored backup, remove %[1]s-shm", path)
		}
		return nil
	}
	if err != nil {
		return err
	}
	defer wal.Close()
	info, err := wal.Stat()
	if err != nil {
		return err
	}
	if size == 0 && info.Size() > 0 {
		return damagedLog("the database is empty, and its log %s-wal is not: restore the backup", path)
	}
	log, err := scanLog(bufio.NewReaderSize(wal, 1<<20), info.Size())
	if err != nil {
		return fmt.Errorf("read the log %s-wal: %w", path, err)
	}
	known, err := indexed(path+"-shm", log.salt, info.Size() < walHeaderSize)
	if err != nil {
		return err
	}
	if log.beyond || known > log.committed {
		return damagedLog("the log %[1]s-wal is damaged: committed transactions after its frame %[2]d cannot be read. Keep a copy "+
			"of the folder and restore the backup; to go on with what can be read, remove %[1]s-shm and run: "+
			"sqlite3 %[1]s 'PRAGMA wal_checkpoint(TRUNCATE)'", path, log.committed)
	}
	return nil
}

func damagedLog(format string, args ...any) error {
	return &store.Fault{Name: store.FaultDamaged, Err: fmt.Errorf(format, args...)}
}

// scanLog reads a log of a size.
func scanLog(r io.Reader, size int64) (log walLog, err error) {
	var h [walHeaderSize]byte
	if size < walHeaderSize {
		return log, nil // it was created, and nothing committed
	}
	if _, err := io.ReadFull(r, h[:]); err != nil {
		return log, err
	}
	magic, page := binary.BigEndian.Uint32(h[:]), int64(binary.BigEndian.Uint32(h[8:]))
	var order binary.ByteOrder = binary.LittleEndian
	if magic&1 == 1 {
		order = binary.BigEndian
	}
	sum := checksum(order, [2]uint32{}, h[:24])
	if magic&^1 != walMagic || !sumIs(sum, h[24:]) || page < 512 || page > 1<<16 {
		log.beyond = size > walHeaderSize // the header is on the disk before the first frame
		return log, nil
	}
	copy(log.salt[:], h[16:])
	frame := make([]byte, frameHeaderSize+page)
	torn, ended := false, false // a frame cannot be read; the commit of it was seen
	for n := 1; ; n++ {
		if _, err := io.ReadFull(r, frame); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return log, nil
		} else if err != nil {
			return log, err
		}
		current := bytes.Equal(frame[8:16], log.salt[:])
		commit := current && binary.BigEndian.Uint32(frame[4:]) != 0
		sum = checksum(order, checksum(order, sum, frame[:8]), frame[frameHeaderSize:])
		torn = torn || !current || !sumIs(sum, frame[16:])
		switch {
		case !torn && commit:
			log.committed = n
		case torn && ended && current:
			log.beyond = true
			return log, nil
		case torn:
			ended = ended || commit
		}
	}
}

// checksum continues the checksum of a log over more of it.
func checksum(order binary.ByteOrder, sum [2]uint32, b []byte) [2]uint32 {
	for ; len(b) >= 8; b = b[8:] {
		sum[0] += order.Uint32(b) + sum[1]
		sum[1] += order.Uint32(b[4:]) + sum[0]
	}
	return sum
}

func sumIs(sum [2]uint32, b []byte) bool {
	return binary.BigEndian.Uint32(b) == sum[0] && binary.BigEndian.Uint32(b[4:]) == sum[1]
}

// indexed returns the number of frames that an index knows of a log with a salt, or of any log; 0 when all of them are in
// the database, and when the index is of another log.
func indexed(path string, salt [8]byte, anySalt bool) (int, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	var b [indexSize]byte
	if _, err := io.ReadFull(f, b[:]); err != nil {
		return 0, nil // the engine writes it again
	}
	const initialized, frames, indexSalt, backfilled = 12, 16, 32, 96
	if !bytes.Equal(b[:indexHeaderSize], b[indexHeaderSize:2*indexHeaderSize]) || b[initialized] != 1 {
		return 0, nil
	}
	if !anySalt && !bytes.Equal(b[indexSalt:indexSalt+8], salt[:]) {
		return 0, nil
	}
	known, copied := binary.NativeEndian.Uint32(b[frames:]), binary.NativeEndian.Uint32(b[backfilled:])
	if known <= copied {
		return 0, nil
	}
	return int(known), nil
}
