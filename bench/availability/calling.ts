import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import axios from 'axios';
import { Agent } from 'node:http';

const upstream = axios.create({ httpAgent: new Agent({ keepAlive: true }) });

/** A service without a store: each read is one call upstream, over kept connections, and nothing besides. */
@Controller()
class Reads {
  @Get('read')
  async read(): Promise<unknown> {
    return (await upstream.get<unknown>(process.argv[2]!)).data;
  }

  @Get('cpu')
  cpu(): string {
    const { user, system } = process.cpuUsage();
    return String((user + system) / 1_000_000);
  }
}

@Module({ controllers: [Reads] })
class Calling {}

async function main(): Promise<void> {
  const app = await NestFactory.create<NestFastifyApplication>(Calling, new FastifyAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  process.send?.(await app.getUrl());
  process.once('disconnect', () => process.exit());
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
