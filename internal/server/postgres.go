package server

import (
	"context"
	"errors"

	"github.com/bellhop-dev/bellhop/internal/store"
)

func openPostgres(context.Context, string) (store.Store, error) {
	return nil, errors.New("this build has no PostgreSQL driver")
}
