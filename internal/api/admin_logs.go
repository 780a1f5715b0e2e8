package api

import (
	"context"
	"strconv"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

func (s *Service) getBotLogs(ctx context.Context, _ *Identity, in *platform.GetLogsInput) (*platform.GetLogsOutput, error) {
	if _, err := s.bot(ctx, in.ID); err != nil {
		return nil, err
	}
	return s.logs(ctx, in)
}

func (s *Service) getIntegrationLogs(ctx context.Context, _ *Identity, in *platform.GetLogsInput) (*platform.GetLogsOutput, error) {
	if _, err := s.integration(ctx, in.ID); err != nil {
		return nil, err
	}
	return s.logs(ctx, in)
}

func (s *Service) logs(ctx context.Context, in *platform.GetLogsInput) (*platform.GetLogsOutput, error) {
	q := store.LogQuery{Owner: in.ID, Level: in.Level, UserID: in.UserID, ConversationID: in.ConversationID, Contains: in.MessageContains}
	var err error
	if q.Start, err = logTime("timeStart", in.TimeStart); err != nil {
		return nil, err
	}
	if q.End, err = logTime("timeEnd", in.TimeEnd); err != nil {
		return nil, err
	}
	p := newPager("logs", in.ID)
	page, err := p.page(maxPage, in.NextToken)
	if err != nil {
		return nil, err
	}
	if page.After != "" {
		if q.Before, err = strconv.ParseInt(page.After, 10, 64); err != nil || q.Before < 1 {
			return nil, errNextToken()
		}
	}
	q.Limit = page.Limit + 1
	var rows []store.LogLine
	err = s.Store.View(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.Logs(ctx, q)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &platform.GetLogsOutput{Logs: []platform.LogLine{}}
	if len(rows) > page.Limit {
		rows = rows[:page.Limit]
		out.NextToken = p.meta(strconv.FormatInt(rows[len(rows)-1].ID, 10)).NextToken
	}
	for _, row := range rows {
		out.Logs = append(out.Logs, platform.LogLine{
			Timestamp: platform.At(row.At), Level: row.Level, Message: row.Message,
			ConversationID: row.ConversationID, UserID: row.UserID,
		})
	}
	return out, nil
}

func logTime(name, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, platform.Errorf(platform.TypeInvalidQuery, "%s: %.40q is not a time such as 2026-01-02T03:04:05Z", name, text)
	}
	return at, nil
}
