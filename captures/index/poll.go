// This file follows an index that another process writes.

package index

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
)

// Poll takes over what the writing process has committed since the last Poll,
// and reports whether there was anything. It is for a ReadOnly index.
func (x *Index) Poll(ctx context.Context) (changed bool, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed {
		return false, ErrClosed
	}
	file, err := os.Stat(x.path)
	if errors.Is(err, fs.ErrNotExist) && !x.opts.Finished {
		return false, nil // not yet, or about to be begun anew
	}
	if err != nil {
		return false, err
	}
	rev := x.rev
	if x.rd == nil || !os.SameFile(file, x.rd.file) || x.rd.frozen && hasLog(x.path) {
		rd, err := openReader(x.path)
		if err != nil && x.opts.Finished {
			return false, err
		}
		if err != nil {
			// It is being made this moment, or is of another version.
			slog.Debug("The index cannot be read yet", "path", x.path, "error", err)
			return false, nil
		}
		if x.rd != nil {
			x.rd.Close()
		}
		x.rd, rev = rd, -1
		for _, c := range x.captures {
			x.discard(c)
		}
	} else {
		var now int64
		if err := x.rd.db.QueryRowContext(ctx, "SELECT value FROM meta WHERE key = 'rev'").Scan(&now); err != nil {
			return false, sqlError(err)
		}
		if now == rev {
			return false, nil
		}
	}
	if err := x.load(ctx, x.rd.db, rev); err != nil {
		return false, sqlError(err)
	}
	x.notify()
	return true, nil
}
