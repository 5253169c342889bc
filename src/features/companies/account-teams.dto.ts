import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { EventType, Person, SchedulingType, Team } from '../../scheduling/words';

/** A person at the provider. Without the e-mail address: picking a host does not need it. */
export class UserDto {
  @ApiProperty({ description: "The provider's id of the person.", example: '4182' })
  id: string;

  @ApiProperty()
  name: string;

  @ApiPropertyOptional()
  username?: string;
}

export class UserListDto {
  @ApiProperty({ type: [UserDto] })
  data: UserDto[];
}

export class TeamDto {
  @ApiProperty({ description: "The provider's id of the team.", example: '733' })
  id: string;

  @ApiProperty()
  name: string;

  @ApiPropertyOptional()
  slug?: string;
}

export class TeamListDto {
  @ApiProperty({ type: [TeamDto] })
  data: TeamDto[];
}

export class TeamWithMembersDto extends TeamDto {
  @ApiProperty({ type: [UserDto], description: 'Those who have accepted their invitation.' })
  members: UserDto[];
}

export class TeamEventTypeHostDto {
  @ApiProperty({ description: "The provider's id of the person." })
  id: string;

  @ApiProperty()
  name: string;
}

/** A team's event type, as the provider has it now. It has no id of ours: teams are not mirrored. */
export class TeamEventTypeDto {
  @ApiProperty({ description: "The provider's number.", example: '907311' })
  providerId: string;

  @ApiProperty()
  title: string;

  @ApiProperty()
  slug: string;

  @ApiProperty()
  description: string;

  @ApiProperty({ minimum: 1 })
  lengthMinutes: number;

  @ApiProperty({ type: [Number], description: 'Lengths to choose from; empty for a fixed length.' })
  lengthOptions: number[];

  @ApiProperty()
  hidden: boolean;

  @ApiProperty()
  requiresConfirmation: boolean;

  @ApiProperty({
    enum: ['individual', 'round-robin', 'collective', 'managed'],
    description: 'A managed type cannot be booked; its members have types of their own for that.',
  })
  schedulingType: SchedulingType;

  @ApiProperty({ type: [TeamEventTypeHostDto] })
  hosts: TeamEventTypeHostDto[];
}

export class TeamEventTypeListDto {
  @ApiProperty({ type: [TeamEventTypeDto] })
  data: TeamEventTypeDto[];
}

export function toUserListDto(people: Person[]): UserListDto {
  return { data: people };
}

export function toTeamListDto(teams: Team[]): TeamListDto {
  return { data: teams };
}

export function toTeamEventTypeListDto(types: EventType[]): TeamEventTypeListDto {
  return { data: types.map(toTeamEventTypeDto) };
}

function toTeamEventTypeDto(type: EventType): TeamEventTypeDto {
  const { providerId, title, slug, description, lengthMinutes, lengthOptions, hidden } = type;
  const { requiresConfirmation, schedulingType, hosts } = type;
  return {
    ...{ providerId, title, slug, description, lengthMinutes, lengthOptions, hidden },
    ...{ requiresConfirmation, schedulingType },
    hosts: hosts.map(({ id, name }) => ({ id, name })),
  };
}
