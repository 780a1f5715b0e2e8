module github.com/bellhop-dev/bellhop

go 1.26.0
