package api

import "github.com/bellhop-dev/bellhop/platform"

// adminRoutes are the operations of the administrator.
func (s *Service) adminRoutes() []route {
	return []route{
		on(platform.OpCreateBot, s.createBot),
		on(platform.OpGetBot, s.getBot),
		on(platform.OpListBots, s.listBots),
		on(platform.OpUpdateBot, s.updateBot),
		on(platform.OpDeleteBot, s.deleteBot),
		on(platform.OpCreateIntegration, s.createIntegration),
		on(platform.OpGetIntegration, s.getIntegration),
		on(platform.OpGetIntegrationByName, s.getIntegrationByName),
		on(platform.OpListIntegrations, s.listIntegrations),
		on(platform.OpUpdateIntegration, s.updateIntegration),
		on(platform.OpDeleteIntegration, s.deleteIntegration),
		on(platform.OpListInstallations, s.listInstallations),
		on(platform.OpGetInstallation, s.getInstallation),
		on(platform.OpPutInstallation, s.putInstallation),
		on(platform.OpDeleteInstallation, s.deleteInstallation),
		on(platform.OpListDeliveries, s.listDeliveries),
		on(platform.OpGetDelivery, s.getDelivery),
		on(platform.OpReplayDelivery, s.replayDelivery),
		on(platform.OpDiscardDelivery, s.discardDelivery),
		on(platform.OpCreateToken, s.createToken),
		on(platform.OpListTokens, s.listTokens),
		on(platform.OpDeleteToken, s.deleteToken),
		on(platform.OpGetServer, s.getServer),
		on(platform.OpRotateKeys, s.rotateKeys),
	}
}
